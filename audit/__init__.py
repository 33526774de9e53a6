"""What the journal makes possible: chains walked, decisions stepped again, explained, exported, and stepped under another policy.

Everything here reads: in assign mode, in no group's membership, with no producer. What an audit remembers between two commands lies in
files under the home folder (audit/index.py), never in Kafka.
"""
