// Preloaded into a program: SIGTERM while the libraries are being set up, before main().
#include <csignal>

namespace {

[[gnu::constructor]] void early_signal() { std::raise(SIGTERM); }

}  // namespace
