#include "daemon/record/journal_reader.hpp"

#include <bit>
#include <stdexcept>

namespace myod::record {

JournalReader::JournalReader(const std::filesystem::path& path) : reader_(path) {
  try {
    while (const auto chunk = reader_.next())
      if (chunk->tag == xdf::Tag::stream_header) header(*chunk);
  } catch (const std::runtime_error&) {
    if (streams_.empty()) throw;  // else next() comes to the damage in its turn
  }
  if (streams_.empty()) reader_.refuse("the headers of a recording are missing");
  reader_.rewind();
}

void JournalReader::header(const xdf::Chunk& chunk) {
  auto h = read_header(chunk.content);
  if (!h) reader_.refuse("is not a recording of myod");
  if (h->part == Part::commands) {  // a sensor begins
    if (chunk.stream != file_id(streams_.size(), Part::commands)) reader_.refuse("sensors out of order");
    streams_.push_back(std::move(h->stream));
    raw_.emplace_back();
    facts_ = std::move(h->facts);
  }
  const std::size_t sensor = (chunk.stream - 1) / part_count;
  if (chunk.stream == 0 || sensor >= streams_.size() || chunk.stream != file_id(sensor, h->part))
    reader_.refuse("a stream of no sensor");
  routes_[chunk.stream] = {sensor, h->part, h->columns};
}

const JournalReader::Route& JournalReader::route(std::uint32_t id) const {
  const auto found = routes_.find(id);
  if (found == routes_.end()) reader_.refuse("samples of a stream without a header");
  return found->second;
}

bool JournalReader::next(JournalHandler& handler) {
  while (const auto chunk = reader_.next()) {
    if (chunk->tag == xdf::Tag::stream_header && !routes_.contains(chunk->stream)) header(*chunk);
    if (chunk->tag == xdf::Tag::stream_footer) footers_ = true;
    if (chunk->tag == xdf::Tag::samples && deliver(route(chunk->stream), *chunk, handler)) return true;
  }
  return false;
}

bool JournalReader::deliver(const Route& to, const xdf::Chunk& chunk, JournalHandler& handler) {
  switch (to.part) {
    case Part::raw: {
      auto values = xdf::numbers<double>(chunk.content, to.columns);
      if (!values) reader_.refuse("damaged samples");
      raw_[to.sensor] = std::move(*values);
      return false;
    }
    case Part::blocks:
      block(to, chunk, handler);
      return true;
    case Part::features:
    case Part::spectrum:
      frame(to, chunk, handler);
      return true;
    case Part::commands:
    case Part::events:
      break;
  }
  const auto text = xdf::text(chunk.content);
  if (!text) reader_.refuse("a damaged text");
  entry(to, *text, handler);
  return true;
}

void JournalReader::block(const Route& to, const xdf::Chunk& chunk, JournalHandler& handler) {
  const auto f = xdf::numbers<std::int64_t>(chunk.content, to.columns);
  const std::vector<double>& raw = raw_[to.sensor];
  const std::size_t channels = streams_[to.sensor].description.channels.size();
  if (!f || f->size() != block_columns.size() || raw.size() != static_cast<std::uint64_t>((*f)[1]) * channels)
    reader_.refuse("a block that does not fit its samples");
  dsp::BlockHead head;
  head.stream = streams_[to.sensor].stream;
  head.channels = static_cast<std::uint32_t>(channels);
  head.first_index = std::bit_cast<std::uint64_t>((*f)[0]);
  head.instants = static_cast<std::uint32_t>((*f)[1]);
  head.flags = static_cast<std::uint32_t>((*f)[2]);
  head.device_counter = std::bit_cast<std::uint64_t>((*f)[3]);
  head.host_time_ns = (*f)[4];
  head.uncertainty_ns = (*f)[5];
  head.arrival_ns = (*f)[6];
  handler.block({head, raw});
}

void JournalReader::frame(const Route& to, const xdf::Chunk& chunk, JournalHandler& handler) {
  const auto row = xdf::numbers<double>(chunk.content, to.columns);
  const std::size_t channels = streams_[to.sensor].description.channels.size();
  if (!row || row->size() != to.columns || to.columns < frame_columns(channels, 0)) reader_.refuse("a damaged frame");
  const std::size_t features = (to.columns - frame_columns(channels, 0)) / channels;
  const std::span<const double> values(row->data() + 1, channels * features);
  const double* at = values.data() + values.size();
  status_.clear();
  for (std::size_t c = 0; c < channels; ++c, at += 3)
    status_.push_back({at[0], static_cast<std::uint32_t>(at[1]), static_cast<dsp::Severity>(at[2])});
  dsp::FrameHead head;
  head.kind = to.part == Part::spectrum ? dsp::FrameKind::spectrum : dsp::FrameKind::amplitude;
  head.stream = streams_[to.sensor].stream;
  head.channels = static_cast<std::uint32_t>(channels);
  head.features = static_cast<std::uint32_t>(features);
  head.end_index = static_cast<std::uint64_t>(row->front());
  head.first_index = static_cast<std::uint64_t>(at[0]);
  head.epoch = static_cast<std::uint32_t>(at[1]);
  handler.frame({head, values, status_});
}

void JournalReader::entry(const Route& to, std::string_view text, JournalHandler& handler) {
  const std::uint32_t stream = streams_[to.sensor].stream;
  try {
    if (to.part == Part::events) {
      const RecordedEvent e = read_event(text, stream);
      handler.event(e.event, e.repetition ? &*e.repetition : nullptr);
    } else if (kind_of(text) == "hand_over") {
      HandOver h = read_hand_over(text, stream);
      if (h.seeds.size() != streams_[to.sensor].description.channels.size()) reader_.refuse("a seed of other channels");
      handler.hand_over(h);
    } else if (kind_of(text) == "loss") {
      handler.loss(stream, read_loss(text));
    } else {
      handler.command(read_command(text, stream));
    }
  } catch (const TextError& e) {
    reader_.refuse(e.what());
  }
}

}  // namespace myod::record
