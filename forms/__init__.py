"""Opt-ins -> ledger, mail: the form handler of Atrae.

`forms.catalogue` is the door between the generator and the handler; nothing else of this
package is known to the generator but `forms.embedding` and `forms.cli`, which its commands start.
"""
