// What the doctor says of machines made of folders, as the kernel and udev lay them out.
#include "tools/myoctl/doctor.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/device_tree.hpp"
#include "tests/support/process.hpp"

namespace myod::myoctl {
namespace {

namespace fs = std::filesystem;
using Level = Finding::Level;
using test::DeviceTree;

const DeviceTree::Usb cable{"0403", "6001", "A50285BI", "FTDI", "FT232R USB UART", "ftdi_sio", "16"};

class Doctor : public testing::Test {
 protected:
  Doctor() {
    fs::permissions(folder_.path(), fs::perms{0755});
    fs::create_directories(machine_.run / "udev");
    std::ofstream(machine_.run / "udev/control") << "";
  }
  void process(const std::string& pid, const std::string& name, const std::string& opened = "") const {
    fs::create_directories(machine_.proc / pid / "fd");
    std::ofstream(machine_.proc / pid / "comm") << name << '\n';
    if (!opened.empty()) fs::create_symlink(opened, machine_.proc / pid / "fd/7");
  }
  std::string node(const std::string& tty) const { return (tree_.dev() / tty).string(); }
  /// What one check found; of no check by that name nothing.
  std::optional<Finding> found(const std::string& check, const std::optional<v1::Status>& status = {}) const {
    for (const Finding& f : examine(machine_, status))
      if (f.check == check) return f;
    return std::nullopt;
  }

  test::TemporaryFolder folder_;
  DeviceTree tree_{folder_.path()};
  Machine machine_{{tree_.sys(), tree_.dev()}, folder_ / "proc", folder_ / "run", folder_ / "etc"};
};

TEST_F(Doctor, TellsWhatIsPluggedInAndHowToWriteItsPort) {
  tree_.plug("ttyUSB3", "1", cable);
  const auto device = found("device");
  ASSERT_TRUE(device);
  EXPECT_EQ(device->subject, node("ttyUSB3"));
  EXPECT_EQ(device->text, "FTDI FT232R USB UART, 0403:6001, serial number A50285BI");
  const auto kind = found("kind");
  ASSERT_TRUE(kind);
  EXPECT_NE(kind->text.find("ascii"), std::string::npos) << kind->text;
  EXPECT_NE(kind->remedy.find("@usb:0403:6001:A50285BI"), std::string::npos) << kind->remedy;
  EXPECT_FALSE(found("devices"));
  EXPECT_FALSE(found("permission"));
  EXPECT_FALSE(found("holder"));
}

TEST_F(Doctor, NamesAKindOnlyWhereTheChipDoes) {
  tree_.plug("ttyUSB0", "1", {"1209", "0001", "", "", "", "cdc_acm"});
  EXPECT_EQ(found("device")->text, "a device without a name, 1209:0001, no serial number");
  EXPECT_EQ(found("kind")->text, "its chip does not tell what sensor it is");
  EXPECT_EQ(found("kind")->remedy, "myod --sensor KIND@usb:1209:0001");
}

TEST_F(Doctor, SaysWhenNothingIsPluggedInAndWhenUdevDoesNotRun) {
  EXPECT_EQ(found("devices")->text, "no serial device is plugged in");
  EXPECT_FALSE(found("udev"));
  fs::remove(machine_.run / "udev/control");
  EXPECT_EQ(found("udev")->level, Level::note);
}

TEST_F(Doctor, SaysWhoMayOpenAPortThatThisUserMayNot) {
  tree_.plug("ttyUSB0", "1", cable);
  const bool root = geteuid() == 0;
  constexpr gid_t dialout = 20;
  constexpr uid_t nobody = 65534;
  if (root) {
    ASSERT_EQ(chown(node("ttyUSB0").c_str(), 0, dialout), 0);
  }
  const auto found_as_nobody = [&](fs::perms permissions) {
    fs::permissions(node("ttyUSB0"), permissions);
    if (root && seteuid(nobody) != 0) throw std::runtime_error("root cannot be nobody");
    const auto finding = found("permission");
    if (root && seteuid(0) != 0) throw std::runtime_error("nobody cannot be root again");
    return finding;
  };
  const auto closed = found_as_nobody(fs::perms::none), grouped = found_as_nobody(fs::perms{0060});
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->level, Level::wrong);
  EXPECT_EQ(closed->text, "you may not open it, nor may any group but root's");
  if (!root) GTEST_SKIP() << "another's port needs root to be made";
  ASSERT_TRUE(grouped);
  EXPECT_EQ(grouped->text, "you may not open it: only the group dialout may");
  EXPECT_EQ(grouped->remedy, "sudo adduser $USER dialout, then log out and in again");
}

TEST_F(Doctor, NamesTheProgramThatHasAPortOpen) {
  tree_.plug("ttyUSB0", "1", cable);
  process("31", "bash", "/dev/null");
  EXPECT_FALSE(found("holder"));
  process("4242", "minicom", node("ttyUSB0"));
  const auto holder = found("holder");
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->level, Level::wrong);
  EXPECT_EQ(holder->subject, node("ttyUSB0"));
  EXPECT_EQ(holder->text, "minicom (process 4242) has it open, so myod cannot have it");
  EXPECT_EQ(holder->remedy, "close minicom");
}

TEST_F(Doctor, FindsNothingWrongWithAPortThatMyodHas) {
  tree_.plug("ttyUSB0", "1", cable);
  process("77", "myod", node("ttyUSB0"));
  EXPECT_EQ(found("holder")->level, Level::ok);
  EXPECT_EQ(found("holder")->text, "myod (process 77) has it open");
}

TEST_F(Doctor, FindsALatencyTimerWrongOnlyWhenMyodCouldNotSetIt) {
  tree_.plug("ttyUSB0", "1", cable);
  EXPECT_EQ(found("latency")->level, Level::note);
  EXPECT_EQ(found("latency")->text, "its chip holds bytes back for 16 ms; myod asks for 1 ms when it opens it");
  process("77", "myod", node("ttyUSB0"));
  EXPECT_EQ(found("latency")->level, Level::wrong);
  EXPECT_NE(found("latency")->remedy.find("config/99-myod.rules"), std::string::npos);
}

TEST_F(Doctor, SaysNothingOfALatencyOfOneMillisecondOrNone) {
  DeviceTree::Usb quick = cable;
  quick.latency_ms = "1";
  tree_.plug("ttyUSB0", "1", quick);
  tree_.plug("ttyACM0", "2", {"2341", "0043", "7583", "", "", "cdc_acm"});
  EXPECT_FALSE(found("latency"));
}

TEST_F(Doctor, WarnsOfModemManagerUntilTheRulesAreInstalled) {
  process("500", "ModemManager");
  EXPECT_FALSE(found("modemmanager")) << "there is nothing it could talk to";
  tree_.plug("ttyACM0", "1", {"2341", "0043", "7583", "", "", "cdc_acm"});
  EXPECT_EQ(found("modemmanager")->level, Level::wrong);
  EXPECT_NE(found("modemmanager")->remedy.find("99-myod.rules"), std::string::npos);
  fs::create_directories(machine_.etc / "udev/rules.d");
  std::ofstream(machine_.etc / "udev/rules.d/99-myod.rules") << "";
  EXPECT_FALSE(found("modemmanager"));
}

v1::Status status_of(const std::string& state, const std::string& detail, const std::string& hint = "") {
  v1::Status status;
  status.set_version("1.2.3");
  v1::SensorStatus& s = *status.add_sensors();
  s.set_name("arm");
  s.set_kind("ascii");
  s.set_port("/dev/ttyUSB0");
  s.set_state(state);
  s.set_detail(detail);
  s.set_hint(hint);
  return status;
}

TEST_F(Doctor, PassesOnWhatTheDaemonKnowsOfItsSensors) {
  EXPECT_EQ(found("myod")->level, Level::note) << "that it does not run is no fault";
  EXPECT_EQ(found("myod", status_of("streaming", ""))->text, "runs, version 1.2.3");
  const auto well = found("sensor", status_of("streaming", "/dev/ttyUSB0"));
  EXPECT_EQ(well->level, Level::ok);
  EXPECT_EQ(well->text, "ascii on /dev/ttyUSB0, streaming");
  const auto lost = found("sensor", status_of("lost", "no data since 12:00:00 from /dev/ttyUSB0"));
  EXPECT_EQ(lost->level, Level::wrong);
  EXPECT_EQ(lost->subject, "sensor arm");
  EXPECT_NE(lost->text.find("no data since 12:00:00"), std::string::npos) << lost->text;
  std::vector<std::string> wrong;
  for (const Finding& f : examine(machine_, status_of("streaming", "wrong rate: too slow", "the range is never used")))
    if (f.level == Level::wrong) wrong.push_back(f.text);
  EXPECT_EQ(wrong, (std::vector<std::string>{"wrong rate: too slow", "the range is never used"}));
}

TEST(DoctorLines, StandBelowTheirSubjectWithWhatToDoAndACountInTheEnd) {
  const std::vector<Finding> findings{{Level::ok, "device", "/dev/ttyUSB0", "a board\x1b[2J", ""},
                                      {Level::wrong, "permission", "/dev/ttyUSB0", "you may not", "sudo"},
                                      {Level::note, "udev", "this machine", "none", ""}};
  EXPECT_EQ(lines_of(findings),
            (std::vector<std::string>{"/dev/ttyUSB0", "  ok     a board?[2J", "  wrong  you may not", "         sudo",
                                      "this machine", "  note   none", "1 thing is wrong"}));
  EXPECT_EQ(lines_of({findings[2]}).back(), "nothing is wrong");
  EXPECT_EQ(json_line(findings[1]),
            R"({"check":"permission","subject":"/dev/ttyUSB0","level":"wrong","text":"you may not","remedy":"sudo"})");
}

}  // namespace
}  // namespace myod::myoctl
