"""The form handler: records opt-ins, sends confirmations, and proves who asked for what.

`forms.catalogue` is the door between the generator and the handler; nothing else of this
package is known to the generator but `forms.embedding` and `forms.cli`, which its commands start.
"""
