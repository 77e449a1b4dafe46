"""An emulator of providers of voices: their protocols on one port, espeak-ng's sound, and a book of what they bill."""
