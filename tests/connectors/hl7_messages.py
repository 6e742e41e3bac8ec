"""Messages of a small made-up hospital, for the tests of `hl7`: identities are canaries."""

from __future__ import annotations

CANARIES = ("CANARI", "ZOULOUFIN", "1480275116001", "rue des Mésanges", "0612345678", "MUTUELLEX")
"""Texts of the identity segments: a test greps them everywhere."""

IDENTITY = (
    "PID|1||1480275116001^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS||CANARI^ZOULOUFIN||19480302|F|||12 rue des Mésanges^^ARGENCE^^99001^FRA^H||0612345678",
    "NK1|1|CANARI^FILS|SPO|12 rue des Mésanges|0612345678",
    "IN1|1|MUTUELLEX|1480275116001|MUTUELLEX",
    "OBX|1|TX|NOTE||CANARI est une patiente de 1480275116001||||||F",
)


def adt(
    event: str,
    at: str,
    *,
    visit: str = "V1",
    unit: str = "2110",
    typed: str = "",
    movement: str = "",
    action: str = "",
    origin: str = "",
    medical: str = "",
    nature: str = "HMS",
    patient_class: str = "I",
    expected: str = "",
    pv1: dict[int, str] | None = None,
    extra: tuple[str, ...] = (),
    control: str = "1",
    charset: str = "8859/1",
    mode: str = "P",
    version: str = "2.5^FRA^2.11",
) -> bytes:
    """One message. at: when it holds; typed: when it was typed (the same by default)."""
    typed = typed or at
    fields = {2: patient_class, 3: f"{unit}^104^2^990001018" if unit else "", 4: "U", 19: visit}
    fields |= pv1 or {}
    lines = [
        rf"MSH|^~\&|GAM|990001000|COCKPIT|990001000|{typed}||ADT^{event}^ADT_A01|{control}|{mode}|{version}||||||{charset}",
        f"EVN||{typed}||||{at}",
        *IDENTITY,
        "PV1|1|" + "|".join(fields.get(number, "") for number in range(2, max(fields) + 1)),
    ]
    if expected:
        lines.append(f"PV2||||||||{expected}" if event == "A05" else f"PV2|||||||||{expected}")
    if movement:
        action = action or "INSERT"
        there = f"^^^^^^UF^^^{medical or unit}"
        lines.append(
            f"ZBE|{movement}^GAM^1.2.250.1.999.3^ISO|{at}||{action}|N|{origin}|{there}|{there}|{nature}"
        )
    text = "\r".join([*lines, *extra]) + "\r"
    return text.encode("utf-8" if "UTF-8" in charset else "iso8859-1")
