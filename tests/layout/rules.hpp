// The house rules that a program can check: who may include whom, what signal processing must not use, how long a file
// may be, what stands at the top. Path and text in, complaints as FILE:LINE: ... out; nothing here reads a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace myod::layout {

/// What is wrong with one source file; `path` is relative to the root of the tree, with '/'.
std::vector<std::string> check_source(std::string_view path, std::string_view text);

/// What is wrong with the names at the top of the tree.
std::vector<std::string> check_top_level(const std::vector<std::string>& names);

/// The text with comments and the contents of texts blanked out, line breaks kept.
std::string without_comments(std::string_view text);

}  // namespace myod::layout
