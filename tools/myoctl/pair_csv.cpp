#include "tools/myoctl/pair_csv.hpp"

#include "dsp/words.hpp"

namespace myod::myoctl {

PairCsv::PairCsv(const std::filesystem::path& path)
    : file_(path,
            "t_s,pair,kind,cci_pct,rudolph_pct,symmetry_pct,basis,valid,first_uv,second_uv,first_pct,second_pct") {}

void PairCsv::begin(std::uint32_t index, const dsp::Stream& stream, const std::vector<dsp::PairNames>& names) {
  if (!pairs_) {
    names_ = names;
    pairs_.emplace(names_);
  }
  pairs_->begin(index, stream);
}

void PairCsv::pair(const dsp::PairFrame& f) {
  const dsp::PairNames& names = names_[f.pair];
  file_.field(f.t_s).field(std::string_view(names.name)).field(dsp::word(dsp::pair_kind_words, names.kind));
  file_.field(f.cci_pct).field(f.rudolph_pct).field(f.symmetry_pct);
  file_.field(dsp::word(dsp::pair_basis_words, names.basis)).field(f.valid);
  file_.field(f.first_uv).field(f.second_uv).field(f.first_pct).field(f.second_pct).end_row();
}

std::vector<std::string> PairCsv::notes() const {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (!pairs_->whole(i))
      notes.push_back("pair " + names_[i].name + ": nothing can be said, there is no EMG channel " + names_[i].first +
                      " or " + names_[i].second + " here");
  return notes;
}

}  // namespace myod::myoctl
