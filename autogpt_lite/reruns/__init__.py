"""Running a past run again, from any of its nodes on: what lies upstream is taken from the record."""
