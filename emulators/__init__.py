"""The three providers on real ports, for tests and for trying a paid run without money.

One process (`python -m emulators --home DIR`) serves fal, AIML API and Pixazo as their documents say, fetches and
checks what it is given, draws previews for clips, and keeps a book of what each would have billed, which nothing but
the emulator writes. Rules (`emulators.faults.Rule`) make answers, jobs and clips go wrong; `emulators.launch.running`
starts it from a program.
"""
