"""What doors share of attachments: uploading, keeping and fetching files that messages name."""
