// What a reader is told of its writer, each by a writer that does just that: a process that is killed, hangs or ends.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include "daemon/clock.hpp"
#include "daemon/control/page.hpp"
#include "tests/support/process.hpp"
#include "tools/client/control_reader.hpp"

namespace myod::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr const char* boot = "00000000-0000-0000-0000-000000000001";
constexpr const char* next_boot = "00000000-0000-0000-0000-000000000002";

/// A process of its own that does this, then only lives.
class Writer {
 public:
  explicit Writer(const std::function<void()>& work) : pid_(fork()) {
    if (pid_ != 0) return;
    work();
    for (;;) pause();
  }
  ~Writer() { kill_now(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  void kill_now() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_;
};

class ControlReader : public ::testing::Test {
 protected:
  /// Another process makes the page and writes it once.
  std::unique_ptr<Writer> writer_of(const char* boot_id) {
    auto writer = std::make_unique<Writer>(
        [this, boot_id] { (new Page(folder_.path(), "arm", 0, boot_id))->write(monotonic_ns()); });
    while (reader_.wait(milliseconds(20)) == myod_control_absent) {
    }
    while (reader_.page().written_ns == 0) reader_.wait(milliseconds(20));
    return writer;
  }
  const test::TemporaryFolder folder_;
  const std::string path_ = folder_ / "myod-control-arm";
  client::ControlReader reader_{path_};
};

TEST_F(ControlReader, SaysWhenThereIsNoPageAndWhenThereIsSomethingElse) {
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_absent);
  std::ofstream(path_) << "something else";
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_foreign);
  std::ofstream(path_) << std::string(sizeof(myod_control_page), 'x');
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_foreign);
}

TEST_F(ControlReader, TellsEveryWriteOnceAndThenThatNothingChanged) {
  Page page(folder_.path(), "arm", 0, boot);
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_fresh);
  for (std::uint64_t n = 1; n < 5; ++n) {
    page.stops(n);
    page.write(monotonic_ns() + 1'000'000'000'000);  // never stale
    EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_fresh);
    EXPECT_EQ(reader_.page().stop_count, n);
    EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_unchanged);
  }
}

TEST_F(ControlReader, IsWokenByAWrite) {
  Page page(folder_.path(), "arm", 0, boot);
  ASSERT_EQ(reader_.wait(milliseconds(0)), myod_control_fresh);
  std::thread waiting([this] { EXPECT_EQ(reader_.wait(seconds(60)), myod_control_fresh); });
  page.write(monotonic_ns());
  waiting.join();
}

TEST_F(ControlReader, SaysThatTheWriterHangsWhenItLivesAndWritesNothing) {
  Page page(folder_.path(), "arm", 0, boot);
  page.write(monotonic_ns() - 2 * MYOD_CONTROL_STALE_NS);
  ASSERT_EQ(reader_.wait(milliseconds(0)), myod_control_fresh);
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_stale);
}

TEST_F(ControlReader, SaysThatTheWriterEndedAndThenThatThePageIsGone) {
  auto page = std::make_unique<Page>(folder_.path(), "arm", 0, boot);
  ASSERT_EQ(reader_.wait(milliseconds(0)), myod_control_fresh);
  page.reset();
  EXPECT_EQ(reader_.wait(seconds(60)), myod_control_ended);
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_absent);
}

TEST_F(ControlReader, SaysThatTheWriterWasKilledAndFollowsTheNextOne) {
  const auto writer = writer_of(boot);
  writer->kill_now();
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_dead);
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_dead) << "the file is still there";
  const Page page(folder_.path(), "arm", 0, next_boot);
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_restarted);
  EXPECT_EQ(reader_.page().boot_id[1], 2U);
}

TEST_F(ControlReader, SaysThatTheNextOneIsAnotherWhereItMissedTheEndOfTheFirst) {
  const auto writer = writer_of(boot);
  writer->kill_now();
  const Page page(folder_.path(), "arm", 0, next_boot);
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_restarted);
}

TEST_F(ControlReader, SaysThatAWriteWasNeverFinishedAndWhetherItsWriterLives) {
  const auto writer = writer_of(boot);
  {
    const std::uint64_t odd = 1001;
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offsetof(myod_control_page, sequence));
    file.write(reinterpret_cast<const char*>(&odd), sizeof odd);
  }
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_torn);
  writer->kill_now();
  EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_dead);
}

// Another process writes as fast as it can, all words of a page the same number; a copy with two numbers was torn.
TEST_F(ControlReader, NeverTakesATornCopyFromAWriterThatNeverRests) {
  const Writer writer([this] {
    myod_control_page page{};
    page.magic = MYOD_CONTROL_MAGIC;
    page.version = MYOD_CONTROL_VERSION;
    page.bytes = sizeof page;
    page.channels = 8;
    PageFile file(path_, page);
    for (std::uint64_t n = 1;; ++n) {
      page.stop_count = page.epoch = n;
      for (auto& channel : page.channel) channel.onset_count = channel.reasons = channel.unused[1] = n;
      file.write(page);
    }
  });
  std::uint64_t newest = 0;
  for (int copies = 0; copies < 20'000;) {
    const auto status = reader_.wait(milliseconds(20));
    ASSERT_TRUE(status != myod_control_dead && status != myod_control_foreign) << myod_control_word(status);
    const myod_control_page& page = reader_.page();
    if (status != myod_control_fresh || page.epoch == 0) continue;
    ASSERT_GE(page.epoch, newest) << "time does not run backwards";
    newest = page.epoch;
    ASSERT_EQ(page.stop_count, newest);
    for (std::uint64_t c = 0; c < page.channels; ++c)
      ASSERT_TRUE(page.channel[c].onset_count == newest && page.channel[c].reasons == newest &&
                  page.channel[c].unused[1] == newest);
    ++copies;
  }
}

std::string refusal(const std::string& folder) {
  try {
    const Page page(folder, "arm", 0, boot);
  } catch (const std::runtime_error& why) {
    return why.what();
  }
  return "";
}

TEST(ControlPageFile, IsRefusedWhileAnotherMyodWritesItAndReplacesThatOfADeadOne) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "myod-control-arm";
  {
    const Page first(folder.path(), "arm", 0, boot);
    EXPECT_NE(refusal(folder.path()).find("another myod writes it"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(path)) << "the refused one leaves it";
  }
  std::ofstream(path) << "left by one that was killed";
  EXPECT_EQ(refusal(folder.path()), "");
  std::filesystem::create_directory(path);
  EXPECT_NE(refusal(folder.path()).find("cannot make the control page " + path), std::string::npos);
  EXPECT_NE(refusal("/proc/nowhere").find("choose a folder this user may write to"), std::string::npos);
}

// A limit of one process, which taking the room meets as it meets a full disk.
TEST(ControlPageFile, TellsWhenThereIsNoRoomAndLeavesNothingBehind) {
  const test::TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &small);
    _exit(refusal(folder.path()).find("File too large") != std::string::npos ? 7 : 8);
  }
  int ended = 0;
  waitpid(child, &ended, 0);
  EXPECT_EQ(WEXITSTATUS(ended), 7);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace myod::control
