"""Sealing what says who somebody is: AES-256-GCM under data keys, which master keys wrap; it knows no service.

`boxes` seals bytes, `masters` wraps keys, `files` reads master keys from where an instance keeps them, and `records`
seals records that were put aside.
"""
