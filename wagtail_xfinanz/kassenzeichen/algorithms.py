"""The check digits in use at German cash offices. There is no national one, so each range names its own.

Numbers 1 to 4: ISO 7064 and Deutsche Bundesbank, "Prüfzifferberechnungsmethoden", methods 00, 01, 02; 5: public
manual of a music school program; 6: public source of a federal shop. Detection rates differ: number 1 is advised.
"""

from __future__ import annotations

from itertools import cycle

from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.iso7064 import mod_11_10

from .registry import algorithms


@algorithms.register("iso7064_mod_11_10", _("ISO 7064 MOD 11,10 (advised)"))
def iso7064_mod_11_10(digits: str) -> str:
    return str(mod_11_10.calc_check_digit(digits))


@algorithms.register("bundesbank_00", _("Bundesbank 00 (Luhn, modulus 10, weights 2, 1)"))
def bundesbank_00(digits: str) -> str:
    return str(luhn.calc_check_digit(digits))


@algorithms.register("bundesbank_01", _("Bundesbank 01 (modulus 10, weights 3, 7, 1)"))
def bundesbank_01(digits: str) -> str:
    return str(-_weighted(digits, (3, 7, 1)) % 10)


@algorithms.register("bundesbank_02", _("Bundesbank 02 (modulus 11, weights 2 to 9, skips numbers)"))
def bundesbank_02(digits: str) -> str | None:
    """Remainder 1 would need the digit 10: such a number is never given."""
    rest = _weighted(digits, range(2, 10)) % 11
    if rest == 1:
        return None
    return str(-rest % 11)


@algorithms.register("mod_11_weights_2_7", _("modulus 11, weights 2 to 7"))
def mod_11_weights_2_7(digits: str) -> str:
    digit = 11 - _weighted(digits, range(2, 8)) % 11
    return str(digit) if digit < 10 else "0"


@algorithms.register("b3", _("modulus 10 over digit roots, weights 2, 4, 8, 7, 5, 1"))
def b3(digits: str) -> str:
    products = (int(digit) * weight for digit, weight in zip(reversed(digits), cycle((2, 4, 8, 7, 5, 1))))
    return str(-sum(_digit_root(product) for product in products) % 10)


def _weighted(digits: str, weights: tuple[int, ...] | range) -> int:
    """Sum of digit times weight from the right, the weights repeating."""
    return sum(int(digit) * weight for digit, weight in zip(reversed(digits), cycle(weights)))


def _digit_root(number: int) -> int:
    return (number - 1) % 9 + 1 if number else 0
