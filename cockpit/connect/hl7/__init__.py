"""HL7 v2 ADT: messages -> movements -> spool -> census; and the server that receives them."""
