"""The forms of lists that Rempart reads, in the order in which they are tried."""

from rempart.matching.lists import icse, mapped, ncmec, nsrl, plain, vics
from rempart.matching.lists.form import ListForm

FORMS: tuple[ListForm, ...] = (
    nsrl.BASE,
    vics.FORM,
    ncmec.FORM,
    icse.FORM,
    nsrl.TABLE,
    plain.FORM,
    mapped.FORM,
)
