#!/bin/sh
# Reads the tool call as JSON on stdin and refuses terraform commands that change the world.
call=$(cat)

case $call in
*'"command":"terraform apply'* | *'"command":"terraform destroy'* | *'"command": "terraform apply'* | *'"command": "terraform destroy'*)
    echo "terraform-guard: apply and destroy are for people. Write the plan to a file and show it." >&2
    exit 1
    ;;
esac
exit 0
