"""What the shells complete, from the command line as the program tells it."""

from .command_line import Command, Option


def _last(command: Command) -> str:
    return command.words[-1]


def _path(command: Command) -> str:
    return " ".join(command.words[1:])


def _files(command: Command) -> bool:
    return any(option.takes_file for option in command.positionals)


# ---- bash ------------------------------------------------------------------------------------------------------

_BASH = r"""# bash completion for evenkeel; made from its --help texts
_evenkeel() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path='' word
  local commands='' options='' values='' files='' positional_files=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path${path:+ }$word" in
@PATHS@) path="$path${path:+ }$word" ;;
    esac
  done
  case "$path" in
@CASES@
  esac
  COMPREPLY=()
  case " $values " in
    *" $previous "*)
      case " $files " in *" $previous "*) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;; esac
      return ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
  elif [[ -n $positional_files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _evenkeel evenkeel
"""


def _bash_case(command: Command) -> str:
    def names(options: list[Option]) -> str:
        return " ".join(name for option in options for name in option.names)

    valued = [option for option in command.options if option.value]
    return (f"    '{_path(command)}')\n"
            f"      commands='{' '.join(_last(below) for below in command.commands)}'\n"
            f"      options='{names(command.options)}'\n"
            f"      values='{names(valued)}'\n"
            f"      files='{names([option for option in valued if option.takes_file])}'\n"
            f"      positional_files='{'yes' if _files(command) else ''}' ;;")


def bash(top: Command) -> str:
    paths = " | ".join(f"'{_path(command)}'" for command in top.all()[1:])
    return _BASH.replace("@PATHS@", f"      {paths}").replace("@CASES@", "\n".join(map(_bash_case, top.all())))


# ---- zsh -------------------------------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _zsh_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def _zsh_option(option: Option) -> list[str]:
    value = f":{option.value.replace(':', ' ')}:{'_files' if option.takes_file else ''}" if option.value else ""
    others = " ".join(option.names)
    prefix = f"({others})" if len(option.names) > 1 else "*" if "several" in option.text else ""
    return [_quoted(f"{prefix}{name}[{_zsh_text(option.text)}]{value}") for name in option.names]


def _zsh_function(command: Command) -> str:
    name = "_" + "_".join(command.words)
    specs = [spec for option in command.options for spec in _zsh_option(option)]
    if not command.commands:
        specs += [_quoted(f":{option.names[0]}:{'_files' if option.takes_file else ''}")
                  for option in command.positionals]
        return f"{name}() {{\n  _arguments \\\n    " + " \\\n    ".join(specs) + "\n}\n"
    listed = "\n".join(f"    {_quoted(_last(below) + ':' + _zsh_text(below.summary))}" for below in command.commands)
    cases = "\n".join(f"      {_last(below)}) _{'_'.join(below.words)} ;;" for below in command.commands)
    return (f"{name}() {{\n  local context state state_descr line\n  typeset -A opt_args\n"
            f"  local -a commands=(\n{listed}\n  )\n"
            "  _arguments -C \\\n    " + " \\\n    ".join(specs) + " \\\n    '1: :->command' '*:: :->rest'\n"
            f"  case $state in\n    command) _describe -t commands subcommand commands ;;\n"
            f"    rest) case $words[1] in\n{cases}\n    esac ;;\n  esac\n}}\n")


def zsh(top: Command) -> str:
    functions = "\n".join(_zsh_function(command) for command in reversed(top.all()))
    head = "#compdef evenkeel\n# zsh completion for evenkeel; made from its --help texts\n"
    return f'{head}\n{functions}\n_evenkeel "$@"\n'


# ---- fish ------------------------------------------------------------------------------------------------------


def _fish_condition(command: Command) -> str:
    seen = [f"__fish_seen_subcommand_from {word}" for word in command.words[1:]]
    if command.commands:
        seen.append("not __fish_seen_subcommand_from " + " ".join(_last(below) for below in command.commands))
    return "; and ".join(seen)


def _fish_option(option: Option, condition: str) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    value = (" -r -F" if option.takes_file else " -x") if option.value else ""
    return f"complete -c evenkeel -n {_quoted(condition)} {names}{value} -d {_quoted(option.text)}"


def fish(top: Command) -> str:
    lines = ["# fish completion for evenkeel; made from its --help texts", "complete -c evenkeel -f"]
    for command in top.all():
        condition = _fish_condition(command)
        lines += [f"complete -c evenkeel -n {_quoted(condition)} -a {_last(below)} -d {_quoted(below.summary)}"
                  for below in command.commands]
        lines += [_fish_option(option, condition) for option in command.options]
        if _files(command):
            lines.append(f"complete -c evenkeel -n {_quoted(condition)} -F")
    return "\n".join(lines) + "\n"
