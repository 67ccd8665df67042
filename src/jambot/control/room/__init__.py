"""The room's process: what the jam looks like in a browser and in the terminal, and what they ask.

Flow: `room` (the stage's side, over a `room_child`) carries statuses across to `room_process`;
`picture` remembers what views need, `live_view` shows it to browsers and `terminal_view` to the
terminal. What they ask comes back as `commands`, and what they play through `room_input`. `address`
and `door` say who reaches the live view; `take_pages` serves the takes of a `shelf`.
"""
