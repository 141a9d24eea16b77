#!/bin/sh
# Reads a tool call as JSON on stdin. Exit status 2 refuses it and shows stderr to the agent.
call=$(cat)

refuse() {
    echo "git-hygiene: $1" >&2
    exit 2
}

has() {
    printf '%s' "$call" | grep -Eq "$1"
}

git='git( +-C +[^ ]+| +-[^ ]+)*'

if has "$git +push[^;&|]* (-f|--force)( |\"|\\\\|$)"; then
    refuse "no forced push. If a person agrees, '--force-with-lease' on your own branch."
fi
if has "$git +push( +-[^ ]+)* +[^ ;&|]+ +([^ ;&|]+:)?(main|master|release/[^ \"]*)( |\"|\\\\|$)"; then
    refuse "shared branches change by review. Push a branch and open a request."
fi
if has "$git +reset +([^;&|]* )?--hard"; then
    refuse "this throws uncommitted work away. 'git stash' keeps it."
fi
if has "$git +clean +([^;&|]* )?-[a-zA-Z]*f"; then
    refuse "this deletes untracked files for good. Show 'git clean -n' to a person."
fi
exit 0
