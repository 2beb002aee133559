#include "daemon/pipelines.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "config/config.hpp"

namespace myod::daemon {

namespace {

Pipelines::Outcome busy_now() { return {"a change of settings is under way: try again in a moment", true}; }

/// As the wire's config_hash, which is this number's digits.
std::uint64_t config_id(const dsp::Options& options, const dsp::Stream& stream) {
  const std::string digits = config::hash(options, stream);
  std::uint64_t id = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), id, 16);
  return id;
}

bool same_channels(const dsp::Stream& a, const dsp::Stream& b) {
  return std::equal(a.channels.begin(), a.channels.end(), b.channels.begin(), b.channels.end(),
                    [](const dsp::Channel& x, const dsp::Channel& y) { return x.name == y.name && x.kind == y.kind; });
}

}  // namespace

Pipelines::Pipelines(std::size_t streams, Worker& worker, Ring& requests, Wake& dsp, Described described,
                     Journals journals)
    : worker_(worker),
      requests_(requests),
      dsp_(dsp),
      described_(std::move(described)),
      journals_(std::move(journals)),
      streams_(streams) {}

void Pipelines::begin(std::uint32_t i, dsp::Stream what, const dsp::Options& options, std::string options_text,
                      Done done) {
  streams_[i].first = Wish{std::move(what), options, std::move(options_text), std::move(done)};
  try_first(i);
}

void Pipelines::retry() {
  for (std::uint32_t i = 0; i < streams_.size(); ++i)
    if (streams_[i].first && !streams_[i].busy) try_first(i);
}

void Pipelines::try_first(std::uint32_t i) {
  const Wish& wish = *streams_[i].first;
  rebuild(i, wish.what, wish.options, wish.text, [this, i](const Outcome& outcome) {
    if (outcome.busy) return;
    const Done done = std::move(streams_[i].first->done);
    streams_[i].first.reset();
    done(outcome);
  });
}

void Pipelines::rebuild(std::uint32_t i, dsp::Stream what, const dsp::Options& options, std::string options_text,
                        Done done) {
  Slot& slot = streams_[i];
  if (slot.busy) return done(busy_now());
  if (slot.epoch != 0 && !same_channels(what, slot.stream))
    return done({what.sensor + ": its channels are other ones than those it began with: restart myod"});
  struct Work {
    dsp::Stream what;
    dsp::Options options;
    std::string text;
    Done done;
    std::unique_ptr<BuiltPipeline> pipeline;
    std::string error;
  };
  auto work =
      std::make_shared<Work>(Work{std::move(what), options, std::move(options_text), std::move(done), nullptr, {}});
  const std::uint32_t epoch = slot.epoch + 1;
  const bool accepted = worker_.submit(
      {[work, i, epoch] {
         try {
           const std::size_t channels = work->what.channels.size();
           work->pipeline.reset(new BuiltPipeline{dsp::Pipeline(work->what, work->options, i, epoch), work->text,
                                                  std::vector<dsp::ChannelSeed>(channels),
                                                  config_id(work->options, work->what)});
         } catch (const std::exception& wrong) {
           work->error = wrong.what();
         }
       },
       [this, work, i] {
         built(i, std::move(work->what), work->options, std::move(work->done), std::move(work->pipeline), work->error);
       }});
  if (!accepted) return work->done(busy_now());
  slot.busy = true;
}

void Pipelines::built(std::uint32_t i, dsp::Stream what, const dsp::Options& options, Done done,
                      std::unique_ptr<BuiltPipeline> pipeline, const std::string& error) {
  Slot& slot = streams_[i];
  slot.busy = false;
  if (pipeline == nullptr) return done({error});
  DspRequest request;
  request.kind = DspRequest::Kind::hand_over;
  request.stream = i;
  request.built = pipeline.get();
  request.journal = journals_(what, i, slot.epoch + 1);
  if (!requests_.push(request)) return done(busy_now());
  (void)pipeline.release();  // the dsp thread owns it now
  slot.busy = true;
  slot.stream = std::move(what);
  ++slot.epoch;
  slot.done = std::move(done);
  described_(slot.stream, options, i, slot.epoch);
  dsp_.ring();
}

void Pipelines::handed_over(const DspReply& reply) {
  const std::unique_ptr<BuiltPipeline> retired(reply.retired);
  Slot& slot = streams_[reply.stream];
  slot.busy = false;
  if (const Done done = std::exchange(slot.done, nullptr)) done({});
}

}  // namespace myod::daemon
