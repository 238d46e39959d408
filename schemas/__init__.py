"""What services, departments and channels say to one another: the only thing that services share."""
