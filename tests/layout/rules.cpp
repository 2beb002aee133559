// The rules, as tables.
#include "tests/layout/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <span>

namespace myod::layout {

namespace {

/// Files below `folder` include only what begins with one of `may`, and nothing that begins with one of `never`.
/// The longest folder that fits a file is its rule; tests have none.
struct IncludeRule {
  std::string_view folder;
  std::vector<std::string_view> may;
  std::vector<std::string_view> never = {};
};

const std::vector<IncludeRule>& include_rules() {
  static const std::vector<std::string_view> below_daemon{"daemon/", "proto/", "config/", "dsp/", "myod/v1/"};
  static const std::vector<IncludeRule> rules{
      {"dsp/", {"dsp/"}},
      {"proto/", {"proto/", "dsp/", "myod/v1/"}},
      {"config/", {"config/", "dsp/"}},
      {"daemon/", below_daemon},
      {"daemon/sensors/",
       {"daemon/sensors/sensor.hpp", "daemon/sensors/bytes.hpp", "daemon/sensors/channels.hpp", "dsp/stream.hpp",
        "dsp/math/"}},
      {"daemon/serve/", below_daemon, {"daemon/record/", "daemon/control/"}},
      {"daemon/record/", below_daemon, {"daemon/serve/", "daemon/control/"}},
      {"daemon/control/", below_daemon, {"daemon/serve/", "daemon/record/"}},
      {"tools/", {"tools/", "daemon/", "proto/", "config/", "dsp/", "myod/v1/"}},
  };
  return rules;
}

/// What must not stand in the code (comments and texts apart) of the files below `folder`.
struct Forbidden {
  std::string_view folder;
  std::regex pattern;
  std::string_view why;
};

const std::vector<Forbidden>& forbidden() {
  static const std::vector<Forbidden> rows{
      {"dsp/",
       std::regex(R"((std::|[^\w:.]::)(a?sinh?|a?cosh?|a?tanh?|atan2|exp(2|m1)?|log(2|10|1p)?|pow|cbrt|hypot)f?\s*\()"),
       "the C library's functions differ between processors; use dsp/math"},
      {"dsp/",
       std::regex(R"(#\s*include\s*<(thread|shared_mutex|condition_variable|future|chrono|filesystem|[io]?f?stream|)"
                  R"(iostream|cstdio|ctime|random|(spdlog|boost|sys|google)/.*|(unistd|time|pthread|fcntl)\.h)>)"),
       "signal processing knows no threads, clocks, files and logs"},
      {"", std::regex(R"(#\s*include\s*<format>)"), "g++ 12 has no <format>"},
      {"", std::regex(R"(\bstd::(ranges::)?views\b)"), "clang 14 cannot compile std::views"},
  };
  return rows;
}

constexpr std::array<std::string_view, 6> folders{"dsp/", "proto/", "config/", "daemon/", "tools/", "tests/"};
constexpr std::size_t max_lines = 400;

constexpr std::array<std::string_view, 18> top_level{".ci",
                                                     ".clang-format",
                                                     ".clang-tidy",
                                                     ".git",
                                                     ".gitignore",
                                                     ".npmrc",
                                                     "CMakeLists.txt",
                                                     "CMakePresets.json",
                                                     "CONTRIBUTING.md",
                                                     "LICENSE",
                                                     "README.md",
                                                     "build",
                                                     "config",
                                                     "daemon",
                                                     "dsp",
                                                     "proto",
                                                     "tests",
                                                     "tools"};
/// What a developer's own programs leave behind.
constexpr std::array<std::string_view, 5> personal{".cache", ".idea", ".vscode", ".ccache", "compile_commands.json"};

template <typename List>
bool begins_with_one_of(std::string_view text, const List& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [text](std::string_view b) { return text.starts_with(b); });
}

template <typename List>
bool contains(const List& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The name of an #include; project: in quotes, or of one of our folders in angle brackets.
struct Include {
  std::string name;
  bool project = false;
};
Include include_in(const std::string& line) {
  static const std::regex pattern(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
  std::smatch match;
  if (!std::regex_search(line, match, pattern)) return {};
  const std::string name = match[2];
  return {name, match[1] == "\"" || begins_with_one_of(name, folders)};
}

std::string check_include(std::string_view path, const std::string& name) {
  const IncludeRule* rule = nullptr;
  for (const IncludeRule& r : include_rules())
    if (path.starts_with(r.folder) && (rule == nullptr || r.folder.size() > rule->folder.size())) rule = &r;
  if (rule == nullptr) return "";
  if (!begins_with_one_of(name, folders) && !name.starts_with("myod/v1/"))
    return "\"" + name + "\" must be named from the root of the tree, or in <> when it is not ours";
  if (begins_with_one_of(name, rule->may) && !begins_with_one_of(name, rule->never)) return "";
  return std::string(rule->folder) + " must not include \"" + name + "\"";
}

bool is_cpp(std::string_view path) { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

}  // namespace

std::string without_comments(std::string_view text) {
  std::string out(text);
  enum class In { code, line, block, quote, character } in = In::code;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view two = text.substr(i, 2);
    const bool digit_separator = c == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(text[i - 1])) != 0;
    if (in == In::code) {
      if (two == "//" || two == "/*") {
        in = two == "//" ? In::line : In::block;
        out[i] = out[i + 1] = ' ';
        ++i;
      } else if (c == '"' || (c == '\'' && !digit_separator)) {
        in = c == '"' ? In::quote : In::character;
      }
      continue;
    }
    if (in == In::block && two == "*/") {
      out[i] = out[i + 1] = ' ';
      ++i;
      in = In::code;
    } else if (c == '\n') {
      if (in != In::block) in = In::code;  // no text of ours crosses a line
    } else if ((in == In::quote && c == '"') || (in == In::character && c == '\'')) {
      in = In::code;
    } else {
      out[i] = ' ';
      if (c == '\\' && in != In::line && in != In::block && i + 1 < text.size() && text[i + 1] != '\n') out[++i] = ' ';
    }
  }
  return out;
}

std::vector<std::string> check_source(std::string_view path, std::string_view text) {
  std::vector<std::string> complaints;
  const auto complain = [&](std::size_t line, const std::string& what) {
    complaints.push_back(std::string(path) + ":" + std::to_string(line) + ": " + what);
  };
  const std::vector<std::string> raw = lines_of(text);
  if (raw.size() > max_lines) complain(raw.size(), "is longer than " + std::to_string(max_lines) + " lines");
  if (!is_cpp(path)) return complaints;

  const std::vector<std::string> code = lines_of(without_comments(text));
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i].find('#') != std::string::npos)  // the name between quotes was blanked out
      if (const Include include = include_in(raw[i]); include.project)
        if (const std::string wrong = check_include(path, include.name); !wrong.empty()) complain(i + 1, wrong);
    for (const Forbidden& row : forbidden())
      if (path.starts_with(row.folder) && std::regex_search(code[i], row.pattern))
        complain(i + 1, std::string(row.why));
  }
  return complaints;
}

std::vector<std::string> check_top_level(const std::vector<std::string>& names) {
  std::vector<std::string> complaints;
  for (const std::string& name : names)
    if (!contains(top_level, name) && !contains(personal, name))
      complaints.push_back(name + ":1: does not belong at the top");
  return complaints;
}

}  // namespace myod::layout
