"""The demo: three virtual weeks of a made-up district through the real system, in about a minute."""
