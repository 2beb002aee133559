#include "dsp/condition/chain.hpp"

#include <algorithm>

#include "dsp/condition/align.hpp"

namespace myod::dsp {

Chain::Chain(StageSite at, std::size_t wait)
    : takes_events_(at.options.blanking == Blanking::events),
      mains_filter_(at.options.mains == Mains::notch || at.options.mains == Mains::comb) {
  for (const StageRow& row : stage_table()) {
    if (!row.enabled(at.options)) continue;
    auto stage = row.make(at);
    if (stage == nullptr) continue;
    if (auto* const blanking = dynamic_cast<BlankingStage*>(stage.get())) at.blanking = blanking_ = blanking;
    if (auto* const mains = dynamic_cast<MainsStage*>(stage.get())) mains_ = mains;
    stages_.push_back(std::move(stage));
  }
  if (wait > 0) stages_.push_back(std::make_unique<AlignStage>(wait, at.channels, at.lanes));
  if (mains_ != nullptr && blanking_ != nullptr) mains_->stimulated_by(*blanking_);
}

void Chain::restart() noexcept {
  for (const auto& stage : stages_) stage->restart();
}

void Chain::take(Samples& samples) noexcept {
  if (blanking_ != nullptr) stages_.front()->run(samples);
  for (const auto& listener : stages_) listener->listen(samples);
}

void Chain::filter(Samples& samples) noexcept {
  for (std::size_t i = blanking_ != nullptr ? 1 : 0; i < stages_.size(); ++i) stages_[i]->run(samples);
}

std::size_t Chain::line() const noexcept {
  std::size_t sum = 0;
  for (const auto& stage : stages_) sum += stage->line();
  return sum;
}

bool Chain::cancels_mains(std::size_t lane) const noexcept {
  return mains_filter_ || (mains_ != nullptr && mains_->state(lane).cancelling_hz > 0.0);
}

}  // namespace myod::dsp
