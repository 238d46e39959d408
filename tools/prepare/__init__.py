"""What has to be there before services start: topics, roles and tables, and the model that suggests categories."""
