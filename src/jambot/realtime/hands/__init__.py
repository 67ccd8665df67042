"""What the hands do: from messages at the input port to gestures in musical time.

`hearing` is the door: it asks the ports, sorts a person's keys from the built-in pianist's (`seat`)
and gives what `lead` acts upon. Knows nothing of the plan.
"""
