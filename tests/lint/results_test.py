# SPDX-License-Identifier: Apache-2.0
"""What the tools make of the reports of test programs: second_look.py and summary.py."""
import os
import pathlib
import subprocess
import sys

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


def program(cases):
    """A GoogleTest report: case name → the text of its failure, or None."""
    inner = "".join(f'<testcase classname="Suite" name="{name}" status="run">'
                    + (f'<failure message="{text}"/>' if text else "") + "</testcase>" for name, text in cases.items())
    return f"<testsuites><testsuite>{inner}</testsuite></testsuites>"


def listing(programs):
    return "<testsuite>" + "".join(f'<testcase name="{name}" status="{status}"><failure message="x"/></testcase>'
                                   for name, status in programs.items()) + "</testsuite>"


def look(folder):
    return subprocess.run([sys.executable, TOOLS / "second_look.py", folder], capture_output=True, text=True, check=False)


def total(run):
    environment = {k: v for k, v in os.environ.items() if k != "CI"}
    done = subprocess.run([sys.executable, TOOLS / "summary.py", run], capture_output=True, text=True, check=False,
                          env=environment)
    return done.returncode, done.stdout


def make(tmp_path, programs, statuses):
    (tmp_path / "steps.tsv").write_text("")
    folder = tmp_path / "job"
    folder.mkdir()
    for name, cases in programs.items():
        (folder / f"{name}.xml").write_text(program(cases))
    (folder / "ctest.junit").write_text(listing(statuses))
    return folder


def test_passed_at_the_second_look(tmp_path):
    folder = make(tmp_path, {"one": {"A": "too late", "B": None}, "two": {"C": None}}, {"one": "fail", "two": "run"})
    done = look(folder)
    assert done.returncode == 0 and done.stdout == "^(one)$\n"
    (folder / "one.xml").write_text(program({"A": None, "B": None}))
    (folder / "second.junit").write_text(listing({"one": "run"}))
    code, text = total(tmp_path)
    assert code == 0
    assert text == "unstable job: Suite.A: too late\n3 passed, 0 failed, 0 skipped\n"


def test_failed_twice(tmp_path):
    folder = make(tmp_path, {"one": {"A": "wrong", "B": None}}, {"one": "fail"})
    assert look(folder).returncode == 0
    (folder / "one.xml").write_text(program({"A": "wrong again", "B": None}))
    (folder / "second.junit").write_text(listing({"one": "fail"}))
    code, text = total(tmp_path)
    assert code == 1
    assert text == "FAILED   job: Suite.A: wrong again\n1 passed, 1 failed, 0 skipped\n"


def test_crashed_at_the_second_look(tmp_path):
    folder = make(tmp_path, {"one": {"A": "wrong"}}, {"one": "fail"})
    assert look(folder).returncode == 0
    (folder / "second.junit").write_text(listing({"one": "fail"}))
    code, text = total(tmp_path)
    assert code == 1 and "0 passed, 1 failed" in text


def test_a_crash_is_a_verdict(tmp_path):
    folder = make(tmp_path, {"one": {"A": "wrong"}}, {"one": "fail", "crashed": "fail"})
    assert look(folder).returncode == 1 and (folder / "one.xml").exists()
    assert total(tmp_path)[0] == 1


def test_a_failure_behind_the_cases_is_a_verdict(tmp_path):
    """A leak that is found at the end, for instance: every case passed, and the program failed."""
    folder = make(tmp_path, {"one": {"A": None}}, {"one": "fail"})
    assert look(folder).returncode == 1
    assert "the program failed as a whole" in total(tmp_path)[1]


def test_too_many_to_be_an_accident(tmp_path):
    many = [f"p{i}" for i in range(4)]
    folder = make(tmp_path, {name: {"A": "wrong"} for name in many}, dict.fromkeys(many, "fail"))
    assert look(folder).returncode == 1


def test_unstable_everywhere(tmp_path):
    cases = {f"C{i}": "late" for i in range(4)}
    folder = make(tmp_path, {"one": cases}, {"one": "fail"})
    assert look(folder).returncode == 0
    (folder / "one.xml").write_text(program(dict.fromkeys(cases)))
    (folder / "second.junit").write_text(listing({"one": "run"}))
    code, text = total(tmp_path)
    assert code == 1 and text.count("unstable job") == 3 and "FAILED   job: Suite.C3: unstable, as too many" in text


def test_all_is_well(tmp_path):
    folder = make(tmp_path, {"one": {"A": None}}, {"one": "run"})
    assert look(folder).returncode == 1
    assert total(tmp_path) == (0, "1 passed, 0 failed, 0 skipped\n")
