def test_x(site, tiny):
    s = site("-- content/a.md --\n# Hello\n\nYou [x](b.md)\n")
    print(s.build())
    print(s.files(), s.said())
    s = tiny("-- content/a.md --\n# Hello\n\nYou\n")
    print(s.build(force=True))
    print(s.files(), s.said(), s.read("a/index.html"))
    assert 0
