#include "daemon/pipelines.hpp"

#include <exception>
#include <utility>

namespace myod::daemon {

namespace {
constexpr auto busy_text = "a change of settings is under way: try again in a moment";
}

Pipelines::Pipelines(std::size_t streams, Worker& worker, Ring& requests, Wake& dsp, Described described,
                     Journals journals)
    : worker_(worker),
      requests_(requests),
      dsp_(dsp),
      described_(std::move(described)),
      journals_(std::move(journals)),
      streams_(streams) {}

void Pipelines::rebuild(std::uint32_t i, dsp::Stream what, dsp::Options options, std::string options_text, Done done) {
  Slot& slot = streams_[i];
  if (slot.busy) return done(busy_text);
  struct Work {
    dsp::Stream what;
    dsp::Options options;
    std::string text;
    Done done;
    std::unique_ptr<BuiltPipeline> pipeline;
    std::string error;
  };
  auto work = std::make_shared<Work>(
      Work{std::move(what), std::move(options), std::move(options_text), std::move(done), nullptr, {}});
  const std::uint32_t epoch = slot.epoch + 1;
  const bool accepted = worker_.submit(
      {[work, i, epoch] {
         try {
           const std::size_t channels = work->what.channels.size();
           work->pipeline.reset(new BuiltPipeline{dsp::Pipeline(work->what, work->options, i, epoch), work->text,
                                                  std::vector<dsp::ChannelSeed>(channels)});
         } catch (const std::exception& wrong) {
           work->error = wrong.what();
         }
       },
       [this, work, i] {
         built(i, std::move(work->what), work->options, std::move(work->done), std::move(work->pipeline), work->error);
       }});
  if (!accepted) return work->done(busy_text);
  slot.busy = true;
}

void Pipelines::built(std::uint32_t i, dsp::Stream what, const dsp::Options& options, Done done,
                      std::unique_ptr<BuiltPipeline> pipeline, const std::string& error) {
  Slot& slot = streams_[i];
  slot.busy = false;
  if (pipeline == nullptr) return done(error);
  DspRequest request;
  request.kind = DspRequest::Kind::hand_over;
  request.stream = i;
  request.built = pipeline.get();
  request.journal = journals_(what, i, slot.epoch + 1);
  if (!requests_.push(request)) return done(busy_text);
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
