// Rows of text in columns as wide as their widest cell: some columns (numbers) at the right edge, the others at the
// left.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tools/myoctl/text.hpp"

namespace myod::myoctl {

class Table {
 public:
  /// Columns first_number..last_number hold numbers.
  Table(std::vector<std::string> head, std::size_t first_number, std::size_t last_number)
      : first_number_(first_number), last_number_(last_number) {
    add(std::move(head));
  }

  void add(std::vector<std::string> row) {
    for (auto& cell : row) cell = printable(cell);
    rows_.push_back(std::move(row));
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const bool right = c >= first_number_ && c <= last_number_;
        line += (c == 0 ? "" : "  ") + (right ? fit_left(row[c], width(c)) : fit(row[c], width(c)));
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out.push_back(line);
    }
    return out;
  }

 private:
  std::size_t width(std::size_t column) const {
    std::size_t widest = 0;
    for (const auto& row : rows_) widest = std::max(widest, columns(row[column]));
    return widest;
  }

  std::size_t first_number_, last_number_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace myod::myoctl
