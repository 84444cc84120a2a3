"""Each rule of the linters refuses a bad snippet, and lets a good one pass."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from scripts import lint

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = "// What it is for.\n#pragma once\n"


def run(script: str, files: dict[str, str]) -> tuple[int, str]:
    """The script's verdict on a project that consists of these files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, ROOT / "scripts" / script, directory], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class IncludeTable(unittest.TestCase):
    def refuses(self, name: str, include: str, words: str) -> None:
        status, output = run("check_includes.py", {name: f"\n#include {include}\n"})
        self.assertEqual(status, 1, output)
        self.assertIn(f"{name}:2: ", output)
        self.assertIn(words, output)

    def passes(self, name: str, include: str) -> None:
        self.assertEqual(run("check_includes.py", {name: f"#include {include}\n"}), (0, ""))

    def test_refuses_what_points_upwards_or_sideways(self):
        for name, include in (
            ("src/base/text.cpp", '"wire/transport.h"'),
            ("src/wire/curl.cpp", '"aws/ec2.h"'),
            ("src/model/plan.h", '"aws/ec2.h"'),
            ("src/policy/policy_file.cpp", '"decide/decide.h"'),
            ("src/decide/decide.cpp", '"record/journal.h"'),
            ("src/decide/decide_test.cpp", '"controller/tick.h"'),
            ("src/aws/ec2.cpp", '"model/plan.h"'),
            ("src/observe/observe.cpp", '"decide/decide.h"'),
            ("src/observe/observe.cpp", '"wire/curl.h"'),
            ("src/observe/observe.cpp", '"wire/testing/scripted_transport.h"'),
            ("src/decide/decide_test.cpp", '"wire/testing/scripted_transport.h"'),
            ("src/act/act.cpp", '"observe/observe.h"'),
            ("src/act/act.cpp", '"record/journal.h"'),
            ("src/record/sqlite_journal.cpp", '"aws/dynamodb.h"'),
            ("src/record/journal.h", '"decide/decide.h"'),
            ("src/controller/tick.cpp", '"sim/world/account.h"'),
            ("src/controller/tick.cpp", '"cli/cli.h"'),
            ("src/sim/api/front.cpp", '"aws/elbv2.h"'),
            ("src/sim/world/account.cpp", '"model/policy.h"'),
            ("src/cli/plan.cpp", '"sim/world/account.h"'),
            ("src/main.cpp", '"sim/world/account.h"'),
        ):
            with self.subTest(f"{name} includes {include}"):
                self.refuses(name, include, "must not include")

    def test_lets_pass_what_points_downwards(self):
        for name, include in (
            ("src/wire/curl.cpp", '"base/result.h"'),
            ("src/decide/decide.cpp", '"model/plan.h"'),
            ("src/decide/decide.cpp", '"decide/budget.h"'),
            ("src/observe/observe.cpp", '"aws/ec2.h"'),
            ("src/observe/observe.cpp", '"wire/caller.h"'),
            ("src/record/dynamo_journal.cpp", '"aws/dynamodb.h"'),
            ("src/controller/tick.cpp", '"policy/policy_file.h"'),
            ("src/play/simulate.cpp", '"sim/world/account.h"'),
            ("src/cli/plan.cpp", '"controller/tick.h"'),
            ("src/main.cpp", '"cli/cli.h"'),
            ("src/wire/curl.cpp", "<curl/curl.h>"),
            ("src/wire/curl_test.cpp", "<httplib.h>"),
            ("src/observe/observe_test.cpp", '"wire/testing/scripted_transport.h"'),
        ):
            with self.subTest(f"{name} includes {include}"):
                self.passes(name, include)

    def test_refuses_chance_in_the_pure_core(self):
        self.refuses("src/decide/decide.cpp", '"base/random.h"', "it returns its reasons")

    def test_refuses_other_peoples_headers_outside_their_one_module(self):
        for name, include in (
            ("src/aws/ec2.cpp", "<pugixml.hpp>"),
            ("src/base/text.cpp", "<nlohmann/json.hpp>"),
            ("src/controller/tick.cpp", "<sqlite3.h>"),
            ("src/decide/decide.cpp", "<curl/curl.h>"),
            ("src/wire/curl.cpp", "<httplib.h>"),
        ):
            with self.subTest(f"{name} includes {include}"):
                self.refuses(name, include, "only ")

    def test_refuses_an_include_that_is_not_rooted_at_src(self):
        self.refuses("src/wire/curl.cpp", '"curl.h"', 'write "wire/curl.h"')

    def test_refuses_a_folder_that_the_table_does_not_know(self):
        status, output = run("check_includes.py", {"src/util/helper.h": HEADER})
        self.assertEqual(status, 1)
        self.assertIn("util is not in the include table", output)


class Sources(unittest.TestCase):
    def refuses(self, name: str, line: str, words: str) -> None:
        status, output = run("check_sources.py", {name: f"{HEADER}{line}\n"})
        self.assertEqual(status, 1, f"{line!r} passed")
        self.assertIn(f"{name}:3: ", output)
        self.assertIn(words, output)

    def passes(self, name: str, line: str) -> None:
        self.assertEqual(run("check_sources.py", {name: f"{HEADER}{line}\n"}), (0, ""))

    def test_the_core_compares_no_word_of_aws(self):
        for line in ('bool a = state == "InService";', 'bool a = "x" != word && word != "Target.NotInUse";',
                     'bool a = word.starts_with("Terminat");', 'auto a = std::ranges::find(alarms, "ALARM", &Alarm::state);'):
            status, output = run("check_sources.py", {"src/decide/guards/fleet.h": f"{HEADER}{line}\n"})
            self.assertEqual(status, 1, line)
            self.assertIn("src/decide/guards/fleet.h:3: ", output)
            for name in ("src/observe/words.h", "src/decide/testing/fleet.h"):
                self.assertEqual(run("check_sources.py", {name: f"{HEADER}{line}\n"}), (0, ""), line)
        for line in ('bool a = value == "no";', 'auto a = fmt::format("{}: not InService", name(state));'):
            self.assertEqual(run("check_sources.py", {"src/decide/guards/fleet.h": f"{HEADER}{line}\n"}), (0, ""), line)

    def test_refuses_a_clock_that_was_not_handed_in(self):
        self.refuses("src/wire/curl.cpp", "auto t = std::chrono::system_clock::now();", "from a Clock")
        self.refuses("src/wire/curl_test.cpp", "auto t = std::chrono::steady_clock::now();", "from a Clock")
        self.refuses("src/wire/curl.cpp", "auto t = std::time(nullptr);", "from a Clock")
        self.refuses("src/sim/api/front.cpp", "std::this_thread::sleep_for(1s);", "Clock::sleep")
        self.refuses("src/sim/api/front_test.cpp", "std::this_thread::sleep_for(1s);", "Clock::sleep")
        self.passes("src/base/clock.cpp", "auto t = std::chrono::system_clock::now();")

    def test_refuses_any_clock_in_the_pure_core(self):
        self.refuses("src/decide/decide.cpp", "Plan decide(const Clock& clock);", "the core is pure")
        self.passes("src/act/act.cpp", "Outcome act(const Clock& clock);")

    def test_refuses_chance_that_was_not_handed_in(self):
        for line in ("int n = rand();", "std::random_device device;", "std::mt19937_64 engine(1);"):
            self.refuses("src/wire/retry.cpp", line, "a Random")
        self.passes("src/wire/retry.cpp", "double wait = operand(3);")

    def test_refuses_the_environment_outside_the_doors(self):
        self.refuses("src/wire/credentials.cpp", 'auto* v = std::getenv("HOME");', "main hands in")
        self.passes("src/main.cpp", 'auto* v = std::getenv("HOME");')
        self.passes("src/cli/environment.cpp", 'auto* v = std::getenv("HOME");')

    def test_refuses_output_that_is_not_a_door_s(self):
        self.refuses("src/act/act.cpp", 'std::cout << "x";', "return the text")
        self.refuses("src/act/act.cpp", 'printf("x");', "return the text")
        self.passes("src/cli/plan.cpp", 'std::fputs("x", stdout);')

    def test_refuses_calls_that_end_the_process_or_throw_on_bad_input(self):
        self.refuses("src/act/act.cpp", "std::exit(1);", "return an Error")
        self.refuses("src/wire/query.cpp", "int n = std::stoi(text);", "from_chars")
        self.refuses("src/wire/query.cpp", "int n = atoi(text);", "from_chars")
        self.passes("src/cli/cli.cpp", "return app.exit(error);")

    def test_looks_at_code_and_not_at_words_about_it(self):
        self.passes("src/wire/curl.cpp", "// system_clock::now() is called in base/clock.cpp only")
        self.passes("src/wire/curl.cpp", 'auto text = "call rand() and sleep_for";')
        self.passes("src/wire/curl.cpp", 'auto text = R"(std::getenv("HOME"))";')
        self.passes("src/wire/curl.cpp", "int big = 1'000'000;  // printf(")
        self.refuses("src/wire/curl.cpp", "int big = 1'000; auto n = rand() + 1'000;", "a Random")

    def test_refuses_what_says_that_it_is_not_finished(self):
        for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX"):
            self.refuses("src/wire/curl.cpp", f"// {word}: later", word)
        self.passes("src/wire/curl.cpp", '// mkstemp("XXXXXX") wants six')

    def test_refuses_a_long_file_and_a_header_without_guard(self):
        status, output = run("check_sources.py", {"src/wire/curl.cpp": "int x;\n" * 501})
        self.assertEqual(status, 1)
        self.assertIn("501 lines; at most 500", output)
        self.assertEqual(run("check_sources.py", {"src/wire/curl.cpp": "int x;\n" * 500}), (0, ""))
        status, output = run("check_sources.py", {"src/wire/curl.h": "int x;\n"})
        self.assertEqual(status, 1)
        self.assertIn("no #pragma once", output)


class Tools(unittest.TestCase):
    """The format and clang-tidy's rules, where the tools are installed (./dev lint installs them)."""

    @unittest.skipUnless(shutil.which("clang-format-19"), "clang-format-19 is not installed; ./dev lint installs it")
    def test_the_format_refuses_what_is_laid_out_otherwise(self):
        for text, good in (("int  f( ){return 1 ;}\n", False), ("int f() { return 1; }\n", True)):
            done = subprocess.run(["clang-format-19", f"--style=file:{ROOT}/.clang-format", "--dry-run", "--Werror"],
                                  input=text, capture_output=True, text=True)
            self.assertEqual(done.returncode == 0, good, text)

    @unittest.skipUnless(shutil.which("clang-tidy-19"), "clang-tidy-19 is not installed; ./dev lint installs it")
    def test_clang_tidy_refuses_one_snippet_for_each_family_of_checks(self):
        snippets = {
            "bugprone-use-after-move": "#include <string>\n#include <utility>\n"
                "std::string f(std::string a) { std::string b = std::move(a); return b + a; }\n",
            "performance-unnecessary-copy-initialization": "#include <string>\n"
                "const std::string& name();\nunsigned long f() { const std::string copy = name(); return copy.size(); }\n",
            "modernize-use-override": "struct A { virtual ~A() = default; virtual void f(); };\n"
                "struct B : A { virtual void f(); };\n",
            "readability-function-size": "int f(int x) {\n" + "  x += 1;\n" * 75 + "  return x;\n}\n",
            "readability-identifier-naming": "int BadName(int x) { return x; }\n",
            "google-explicit-constructor": "struct A { A(int x); };\n",
        }
        for check, text in snippets.items():
            with self.subTest(check), tempfile.TemporaryDirectory() as directory:
                path = Path(directory) / "snippet.cpp"
                path.write_text(text, encoding="utf-8")
                done = subprocess.run(["clang-tidy-19", f"--config-file={ROOT}/.clang-tidy", "--quiet", path, "--",
                                       "-std=c++23"], capture_output=True, text=True)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(check, done.stdout)


class Names(unittest.TestCase):
    """A name in an unnamed namespace is unique in its folder."""

    ONE = "namespace evenkeel {\nnamespace {\n\nint half(int value) { return value / 2; }\n\n}  // namespace\n}\n"
    OTHER = ONE.replace("int", "double")

    def test_two_functions_with_one_name_are_refused_whatever_they_take(self):
        status, output = run("check_sources.py", {"src/base/a.cpp": self.ONE, "src/base/b.cpp": self.OTHER})
        self.assertEqual(status, 1)
        self.assertIn("src/base/b.cpp: half() is a name in the unnamed namespace of a.cpp as well", output)

    def test_what_can_not_meet_in_one_batch_may_have_one_name(self):
        elsewhere = self.OTHER.replace("namespace evenkeel {", "namespace evenkeel::aws {")
        outside = self.OTHER.replace("namespace {\n", "").replace("}  // namespace\n", "")
        for name, text in (("src/base/b_test.cpp", self.OTHER), ("src/wire/b.cpp", self.OTHER),
                           ("src/base/b.cpp", elsewhere), ("src/base/c.cpp", outside)):
            with self.subTest(name):
                self.assertEqual(run("check_sources.py", {"src/base/a.cpp": self.ONE, name: text}), (0, ""))

    def test_a_file_that_no_check_would_read_is_refused(self):
        status, output = run("check_sources.py", {"src/base/a.hpp": HEADER})
        self.assertEqual(status, 1)
        self.assertIn("src/base/a.hpp: src/ has .h and .cpp files only", output)

    def test_a_character_with_a_prefix_hides_no_call(self):
        status, output = run("check_sources.py", {"src/wire/a.cpp": "int f() { return u8'\"' + rand() + '\"'; }\n"})
        self.assertEqual(status, 1)
        self.assertIn("rand( is banned", output)


class TypeNames(unittest.TestCase):
    """A type's name has one meaning in the whole program."""

    ONE = "namespace evenkeel::act {\nstruct Sent {\n  int what;\n};\n}\n"

    def verdict(self, text: str) -> tuple[int, str]:
        return run("check_names.py", {"src/act/a.h": self.ONE, "src/wire/b_test.cpp": text})

    def test_a_second_type_of_that_name_is_refused_whatever_it_is_and_wherever(self):
        for other in ("struct Sent : Base {\n};", "class Sent final {\n};", "enum class Sent { read, change };",
                      "enum Sent : int { read };", "template <class T>\nstruct Sent {\n};", "using Sent = int;",
                      "struct [[nodiscard]] Sent {\n};", "template <class T>\nusing Sent = std::vector<T>;"):
            for inside in ("namespace evenkeel::wire {{\nnamespace {{\n\n{}\n}}\n}}\n", "int x = 0;\n\n\n{}\n"):
                with self.subTest(other):
                    status, output = self.verdict(inside.format(other))
                    self.assertEqual(status, 1)
                    line = 5 if "template" in other else 4
                    self.assertEqual(output, f"src/act/a.h:2: Sent is a type in src/wire/b_test.cpp:{line} as well; "
                                             "give each meaning a name of its own\n")

    def test_what_is_no_second_meaning_passes(self):
        for other in ("struct Sent;", "class Sent;\nvoid f(struct Sent* sent);", "// struct Sent {\n",
                      'const char* text = "struct Sent {";', "struct Outer {\n  struct Sent {};\n};",
                      "void f() {\n  struct Sent {};\n}", "template <>\nstruct Hash<Sent> {\n};",
                      "using Sent = act::Sent;", "using act::Sent;", "#define MAKE struct Sent {\n",
                      "struct act::Other::Sent {\n};", "Sent sent{1};"):
            with self.subTest(other):
                self.assertEqual(self.verdict(other + "\n"), (0, ""))

    def test_one_alias_may_stand_in_many_files(self):
        files = {f"src/wire/{name}.cpp": "using Json = nlohmann::json;\n" for name in "abc"}
        self.assertEqual(run("check_names.py", files), (0, ""))
        files["src/wire/d.cpp"] = "using Json = nlohmann::ordered_json;\n"
        self.assertEqual(run("check_names.py", files)[0], 1)

    def test_a_noun_of_aws_may_be_a_type_of_two_layers(self):
        files = {f"src/{folder}/a.h": "struct TargetGroup {\n};\n" for folder in ("aws", "model", "sim")}
        self.assertEqual(run("check_names.py", files), (0, ""))


class UnityBuild(unittest.TestCase):
    """What batches hide from the compiler, the linter sees."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def test_a_file_that_relies_on_the_includes_of_another_one_is_refused(self):
        good = self.write("good.h", "#include <string>\ninline std::string text();\n")
        bad = self.write("bad.h", "inline std::string text();\n")
        self.assertEqual(lint.alone(good, ["g++", "-std=c++20"]), "")
        self.assertIn(f"{bad} does not compile alone", lint.alone(bad, ["g++", "-std=c++20"]))

    def test_a_folder_is_read_with_every_header_and_without_tests(self):
        names = ("a.cpp", "a.h", "a_test.cpp", "only_for_test.h")
        for name in names:
            self.write(name, "")
        included = [Path(line.split('"')[1]).name for line in lint.as_one(self.folder).splitlines()]
        self.assertEqual(included, ["a.h", "only_for_test.h", "a.cpp"])

    def test_where_git_does_not_answer_nothing_is_called_checked(self):
        with mock.patch.object(lint, "ROOT", self.folder), self.assertRaises(lint.CannotLook):
            lint.changed_files()

    def test_every_folder_of_the_source_is_read(self):
        folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        self.assertEqual({folder.name for folder in lint.folders_of(lint.all_files())}, folders)
        for name in (".clang-format", ".clang-tidy"):
            for folder in folders:
                self.assertNotRegex((ROOT / name).read_text(encoding="utf-8"), rf"\b{folder}\|",
                                    f"{name} names folders, so it can forget one")


if __name__ == "__main__":
    unittest.main()
