"""A style of somebody's own: may it go on stage, and what did it change?"""
