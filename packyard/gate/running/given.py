"""What programs are given by variables and files that they should not have.

    LD_PRELOAD=/tmp/x.so              other code is loaded
    HTTPS_PROXY=http://x.example      what is said goes through somebody else
    KEY=~/.ssh/id_ed25519             a file that holds secrets

A value counts as it is written; variables in it are filled in before (`variables`).
"""

from __future__ import annotations

import re

#: A file of somebody's home, or of the system, that holds secrets.
SECRET_FILE = re.compile(
    r"(?:^|[@=:\"'(])(?:~\w*|\$\{?HOME\}?|%USERPROFILE%|\$env:USERPROFILE|/root|/home/[^/\s]+|/Users/[^/\s]+)[/\\]"
    r"(?:\.ssh(?![\w-])|\.aws(?![\w-])|\.netrc|\.git-credentials|\.npmrc|\.pypirc|\.docker/config|\.kube(?![\w-])"
    r"|\.gnupg(?![\w-])|\.config/(?:gcloud|gh/hosts|op)|\.azure(?![\w-])|\.claude(?:\.json|/\.credentials)"
    r"|\.(?:bash|zsh)_history|\.password-store|\.vault-token|\.codex/auth|Library/Keychains"
    r"|Library/(?:Application Support/(?:Google/Chrome|Firefox)|Cookies)|\.mozilla|\.config/google-chrome"
    r"|\.local/share/keyrings|AppData[/\\](?:Local|Roaming)[/\\](?:Google|Microsoft[/\\]Edge|Mozilla))"
    r"|(?:^|[@=])/etc/shadow|/proc/(?:self|\d+)/environ"
    r"|[/\\](?:Cookies|Login Data|cookies\.sqlite|logins\.json|key4\.db)$"
)
#: The machine itself, as the host of an address.
_NEAR = r"(?:localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal)"
_LOADS = "a variable is set by which programs load other code"
_TAPS = "a variable is set by which what programs say goes through somebody else"
#: The one of these that is no harm in a script that sets its own variables.
GIVES = "a program is given a file that holds secrets"
#: Variables by which programs load other code, with the values that do; and those that lead elsewhere what they say.
_LOADING = {
    **dict.fromkeys(("LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "PYTHONSTARTUP"), re.compile(".")),
    **dict.fromkeys(("PROMPT_COMMAND", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_ASKPASS"), re.compile(".")),
    "NODE_OPTIONS": re.compile(r"-r|--require|--import|--loader|--experimental-loader"),
    "PERL5OPT": re.compile("-M"),
    "RUBYOPT": re.compile("-r"),
    "JAVA_TOOL_OPTIONS": re.compile("-javaagent|-agent"),
    "PATH": re.compile(r"(?:.*:)?(?:/tmp|/var/tmp|/dev/shm|\.?(?::|$))"),
}
_LEADING = {
    "ANTHROPIC_BASE_URL": re.compile(rf"https?://(?!api\.anthropic\.com(?:/|$)|{_NEAR})"),
    "OPENAI_BASE_URL": re.compile(rf"https?://(?!api\.openai\.com(?:/|$)|{_NEAR})"),
    "HTTPS_PROXY": re.compile(rf"(?!$|\$|(?:\w+://)?{_NEAR})"),
    "NODE_TLS_REJECT_UNAUTHORIZED": re.compile("0"),
}
#: Variables that are there to name such files, with the folders that they name.
_RIGHTLY = {"KUBECONFIG": ".kube", "GOOGLE_APPLICATION_CREDENTIALS": "gcloud", "AWS_SHARED_CREDENTIALS_FILE": ".aws"}


def harm_of(name: str, value: str) -> str:
    """What a program does that should not when the variable has this value: "" when there is nothing to say."""
    for known, what in ((_LOADING, _LOADS), (_LEADING, _TAPS)):
        if name in known and known[name].match(value):
            return what
    return GIVES if holds_secrets(value) and _RIGHTLY.get(name, "\n") not in value else ""


def holds_secrets(word: str) -> bool:
    """Whether the word names a file that holds secrets."""
    return bool(SECRET_FILE.search(word)) and not word.endswith((".pub", "known_hosts", ".ssh/config"))
