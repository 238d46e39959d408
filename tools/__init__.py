"""What runs a system, looks into it and tries it out; the command line and the measurements stand on it.

To run one: `local` starts broker, database and services on this machine, `prepare` makes topics, tables and the model.
To reach one: `client` speaks and listens as anybody outside does.
To look into one: `verify` holds it against its promises, `whatif` tries other rules on what it recorded.
To fill one: `replay` feeds in a file of real records, `demo` plays three weeks of a made-up district.
To write down what the code says: `generate` for Docker and Prometheus, `pages` for `docs/`.
"""
