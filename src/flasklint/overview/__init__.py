"""What was understood of a project, for people who review it: the routes of its apps, and the configuration in force.

``routes`` and ``settings`` read it off the linked project as plain rows; ``tables`` draws them and ``data`` writes them as JSON.
They judge what they show by the same model as the rules, and report nothing.
"""
