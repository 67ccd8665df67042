"""The journal of a dataset: newest line counts, a torn one does not."""

from jambot.roles.journal import Entry, Journal

ENTRY = Entry("pop", "one", "s", "m", "c", ("pop-one",), "", "train", True, (1, 2))


def test_entries_survive_reopening_and_the_newest_counts(tmp_path):
    with Journal(tmp_path) as journal:
        journal.add(Entry("pop", "one", refusal="broken"))
        journal.add(Entry("pop", "two", refusal="日本 \udcff"))
        journal.add(ENTRY)
    with Journal(tmp_path) as journal:
        assert journal.entry("pop", "one") == ENTRY
        assert journal.entry("wjd", "one") is None
        assert [entry.name for entry in journal] == ["two", "one"]


def test_a_torn_last_line_is_forgotten_and_overwritten(tmp_path):
    with Journal(tmp_path) as journal:
        journal.add(ENTRY)
        journal.add(Entry("pop", "two"))
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:-9])
    with Journal(tmp_path) as journal:
        assert journal.entry("pop", "two") is None
        journal.add(Entry("pop", "three"))
    with Journal(tmp_path) as journal:
        assert [entry.name for entry in journal] == ["one", "three"]


def test_lines_that_are_no_entries_are_skipped(tmp_path):
    (tmp_path / "journal.jsonl").write_bytes(b"{}\nnonsense\n[1]\n\xff\xfe\n")
    with Journal(tmp_path) as journal:
        assert list(journal) == []
