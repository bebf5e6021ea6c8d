"""Protected records for tests: a key that is cheap to find, and a person who answers what is asked."""

from nursestation.commandline.keys import Talk
from nursestation.store.keys import Cost, KeyFile, Way, new_id, new_key, wrap

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
PASSPHRASE = "four words that do"


def key_and_file(passphrase: str = PASSPHRASE) -> tuple[bytes, KeyFile]:
    """Return a new key, and a key file that holds it under a passphrase."""
    key, file = new_key(), KeyFile(new_id(), ())
    return key, file.with_slot(wrap(key, file.id, Way.PASSPHRASE, passphrase, CHEAP))


class Person:
    """Answers what the command line asks, and reads what it shows.

    Attributes:
        told: Every line shown.
        code: The recovery code, as shown last.
    """

    def __init__(self, *secrets: str, yes: bool = True, misreads: bool = False) -> None:
        self.told: list[str] = []
        self.asked: list[str] = []
        self.code = ""
        self._secrets = list(secrets)
        self._yes = yes
        self._misreads = misreads

    @property
    def talk(self) -> Talk:
        return Talk(self._tell, self._ask, self._ask_secret, self._agree)

    def _tell(self, line: str) -> None:
        self.told.append(line)
        if "recovery code, shown this once" in line:
            self.code = line.split("\n")[2].strip()

    def _ask(self, prompt: str) -> str:
        numbers = [int(word) for word in prompt.split() if word.isdigit()]
        groups = self.code.lower().split("-")
        if self._misreads:
            numbers.reverse()
        return " ".join(groups[number - 1] for number in numbers)

    def _ask_secret(self, prompt: str, is_twice: bool) -> str:
        self.asked.append(prompt)
        return self._secrets.pop(0)

    def _agree(self, prompt: str) -> bool:
        self.asked.append(prompt)
        return self._yes
