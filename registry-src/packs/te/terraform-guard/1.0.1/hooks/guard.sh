#!/bin/sh
# Reads the tool call as JSON on stdin and refuses terraform commands that change the world.
# Exit status 2 is the one that agents treat as a refusal; the text on stderr goes back to the agent.
call=$(cat)

start='(^|[^[:alnum:]_.-])(terraform|tofu)([[:space:]]+-[^[:space:]]+)*[[:space:]]+'
verbs='(apply|destroy|force-unlock|state[[:space:]]+(rm|push))([^[:alnum:]_-]|$)'

if printf '%s' "$call" | grep -Eq "$start$verbs"; then
    echo "terraform-guard: this changes real infrastructure and is for people." >&2
    echo "Write the plan with 'plan -out=FILE', show it, and stop there." >&2
    exit 2
fi
exit 0
