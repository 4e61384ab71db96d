"""Pure decisions: which events are recorded and which emails are sent.

No clock, no database, no framework. Each decision takes a contact's `record.Record` and returns a
`record.Decision`, which the store carries out in one transaction.
"""
