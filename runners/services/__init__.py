"""What an app talks to while it is measured: started once for a session, leased to each launch."""
