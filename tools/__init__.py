"""What runs a system, looks into it and tries it out; the command line and the measurements stand on it.

`local` starts broker, database and services on this machine, `prepare` makes topics, tables and the model, `client`
speaks and listens as anybody outside does. `verify` checks a running system against its promises, `whatif` tries other
rules on what was recorded, `replay` feeds in a file of real records, and `demo` plays three weeks of a district.
`pages` writes what `docs/` shows of the code.
"""
