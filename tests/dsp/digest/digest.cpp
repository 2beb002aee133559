// digest [FOLDER]: one line per signal and chain, with a digest of everything the pipeline told, every bit of it.
// Without a folder: of a made signal; with one: of every recording in it as well. Equal lines, equal results: compare
// them under every MYOD_ISA, and between processors (tests/arm64).
#include <cstdio>
#include <exception>
#include <vector>

#include "tests/dsp/recorder.hpp"
#include "tests/support/recordings.hpp"

namespace {

using namespace myod;

struct Chain {
  const char* name;
  void (*set)(dsp::Options&);
};
constexpr Chain chains[] = {
    {"default", [](dsp::Options&) {}},
    {"stimulated",
     [](dsp::Options& o) {
       o.condition.blanking = dsp::Blanking::detect;
       o.condition.mwave = dsp::Mwave::pattern;
       o.condition.mains = dsp::Mains::adaptive;
       o.condition.mains_hz = 50.0;
     }},
    {"trunk",
     [](dsp::Options& o) {
       o.condition.ecg = dsp::Ecg::pattern;
       o.condition.mains = dsp::Mains::notch;
       o.condition.mains_hz = 50.0;
       o.onset.profile = dsp::OnsetProfile::fast;
     }},
    {"literature", [](dsp::Options& o) { o.onset.method = dsp::OnsetMethod::bonato; }},
};

std::uint64_t fnv(const std::string& text) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return h;
}

void tell(const std::string& signal, double rate_hz, const std::vector<std::vector<double>>& columns) {
  std::vector<double> x;
  for (std::size_t i = 0; i < columns[0].size(); ++i)
    for (const auto& column : columns) x.push_back(column[i]);
  for (const Chain& chain : chains) {
    auto stream = test::emg_stream(1000, columns.size());
    stream.rate_mhz = static_cast<std::uint64_t>(rate_hz * 1000.0 + 0.5);
    dsp::Options options;
    chain.set(options);
    dsp::Pipeline pipeline(stream, options);
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, columns[0].size(), [] { return std::size_t{37}; });
    for (const double v : seen.uv) seen.told.append(reinterpret_cast<const char*>(&v), sizeof v);
    std::printf("%s %s %016llx of %zu\n", signal.c_str(), chain.name, static_cast<unsigned long long>(fnv(seen.told)),
                seen.told.size());
  }
}

double rate_of(const std::string& name) {
  if (name.ends_with("_1k")) return 1000.0;
  if (name.ends_with("_4k")) return 4000.0;
  if (name.ends_with("_200")) return 200.0;
  return 1925.926;
}

void run(int argc, char** argv) {
  const auto x = test::oracle_signal(6000, 1000);
  std::vector<std::vector<double>> wide(11, x);
  for (std::size_t c = 0; c < wide.size(); ++c)
    for (double& v : wide[c]) v *= 1.0 + 0.1 * static_cast<double>(c);
  tell("made", 1000.0, wide);
  if (argc < 2) return;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files)
    tell(file.stem().string(), rate_of(file.stem().string()), test::read_csv(file).columns);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc, argv);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "digest: %s\n", e.what());
    return 1;
  }
}
