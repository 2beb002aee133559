// What is plugged in, told from folders laid out as the kernel and udev lay them out, and ports found by what they are.
#include "daemon/port/devices.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include "tests/support/device_tree.hpp"
#include "tests/support/process.hpp"

namespace myod::port {
namespace {

using test::DeviceTree;

const DeviceTree::Usb dongle{"0403", "6015", "DQ0084L5", "FTDI", "FT231X USB UART", "ftdi_sio", "16"};
const DeviceTree::Usb uno{"2341", "0043", "7583", "Arduino (www.arduino.cc)", "", "cdc_acm"};
const DeviceTree::Usb clone{"1a86", "7523", "", "", "USB Serial", "ch341-uart"};

class Devices : public testing::Test {
 protected:
  std::vector<SerialDevice> devices() const { return serial_devices(roots_); }
  std::string found(const std::string& address) {
    why_.clear();
    return find_usb(parse_address(address), devices(), why_);
  }
  std::string node(const std::string& tty) const { return (tree_.dev() / tty).string(); }

  test::TemporaryFolder folder_;
  DeviceTree tree_{folder_.path()};
  Roots roots_{tree_.sys(), tree_.dev()};
  std::string why_;
};

TEST_F(Devices, AreToldWithAllThatIsWrittenOfThem) {
  tree_.plug("ttyUSB0", "1", dongle);
  tree_.name("ttyUSB0", "by-id/usb-FTDI_FT231X_USB_UART_DQ0084L5-if00-port0");
  tree_.name("ttyUSB0", "by-path/pci-0000:00:14.0-usb-0:1:1.0-port0");
  tree_.plug("ttyACM0", "2.4", uno);
  const auto all = devices();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].node, node("ttyACM0"));
  EXPECT_EQ(all[0].driver, "cdc_acm");
  EXPECT_EQ(all[0].usb_id, "2341:0043");
  EXPECT_EQ(all[0].serial, "7583");
  EXPECT_EQ(all[0].manufacturer, "Arduino (www.arduino.cc)");
  EXPECT_EQ(all[0].product, "");
  EXPECT_EQ(all[0].latency_ms, std::nullopt);
  EXPECT_EQ(all[0].by_id, "");
  EXPECT_EQ(all[1].node, node("ttyUSB0"));
  EXPECT_EQ(all[1].driver, "ftdi_sio");
  EXPECT_EQ(all[1].usb_id, "0403:6015");
  EXPECT_EQ(all[1].product, "FT231X USB UART");
  EXPECT_EQ(all[1].latency_ms, 16);
  EXPECT_EQ(all[1].by_id, node("serial/by-id/usb-FTDI_FT231X_USB_UART_DQ0084L5-if00-port0"));
  EXPECT_EQ(all[1].by_path, node("serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0"));
}

TEST_F(Devices, AreThoseOnUsbAndOfBluetoothAndNoConsole) {
  tree_.add_line("console");
  tree_.add_line("ttyS0");
  tree_.add_line("rfcomm0");
  ASSERT_EQ(devices().size(), 1U);
  EXPECT_EQ(devices()[0].node, node("rfcomm0"));
  EXPECT_EQ(devices()[0].usb_id, "");
}

TEST_F(Devices, StandInTheOrderOfTheirNumbers) {
  for (const char* n : {"10", "9", "2"}) tree_.plug("ttyUSB" + std::string(n), n, clone);
  const auto all = devices();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].node, node("ttyUSB2"));
  EXPECT_EQ(all[1].node, node("ttyUSB9"));
  EXPECT_EQ(all[2].node, node("ttyUSB10"));
}

TEST_F(Devices, OfAMachineWithoutAnyAreNone) {
  EXPECT_TRUE(devices().empty());
  EXPECT_TRUE(serial_devices({folder_ / "nowhere", folder_ / "nowhere"}).empty());
}

TEST_F(Devices, AreFoundByTheirUsbIdWhateverTheirNode) {
  tree_.plug("ttyUSB0", "1", clone);
  tree_.plug("ttyUSB7", "2", dongle);
  EXPECT_EQ(found("usb:0403:6015"), node("ttyUSB7"));
  EXPECT_EQ(found("usb:1a86:7523"), node("ttyUSB0"));
  EXPECT_EQ(found("usb:0403:6015:DQ0084L5"), node("ttyUSB7"));
}

TEST_F(Devices, ThatAreNotPluggedInAreSaidToBeSo) {
  tree_.plug("ttyUSB7", "2", dongle);
  EXPECT_EQ(found("usb:0403:6015:OTHER"), "");
  EXPECT_EQ(why_, "usb:0403:6015:OTHER: not plugged in (myoctl doctor lists what is)");
}

TEST_F(Devices, ThatAreAlikeAreNeverPickedFrom) {
  tree_.plug("ttyUSB0", "1", clone);
  tree_.plug("ttyUSB1", "2", clone);
  EXPECT_EQ(found("usb:1A86:7523"), "");
  EXPECT_EQ(why_, "usb:1A86:7523: 2 are plugged in, " + node("ttyUSB0") + ", " + node("ttyUSB1") +
                      " (myoctl doctor tells a name for each)");
}

TEST_F(Devices, HaveAnAddressThatLeadsBackToThemAlone) {
  tree_.plug("ttyUSB0", "1", dongle);
  DeviceTree::Usb second = dongle;
  second.serial = "DQ0099ZZ";
  tree_.plug("ttyUSB1", "2", second);
  tree_.plug("ttyUSB2", "3", clone);
  auto all = devices();
  EXPECT_EQ(lasting_address(all[0], all), "usb:0403:6015:DQ0084L5");
  EXPECT_EQ(lasting_address(all[1], all), "usb:0403:6015:DQ0099ZZ");
  EXPECT_EQ(lasting_address(all[2], all), "usb:1A86:7523");
  for (const SerialDevice& device : all) EXPECT_EQ(found(lasting_address(device, all)), device.node);

  tree_.plug("ttyUSB3", "4", clone);  // nothing but the socket it is in tells it from the other
  tree_.name("ttyUSB3", "by-path/usb-0:4:1.0-port0");
  all = devices();
  EXPECT_EQ(lasting_address(all[2], all), node("ttyUSB2")) << "udev gave this one no name";
  EXPECT_EQ(lasting_address(all[3], all), node("serial/by-path/usb-0:4:1.0-port0"));
}

TEST_F(Devices, MayBeTheKindsThatUseSuchAChip) {
  tree_.plug("ttyACM0", "1", uno);
  tree_.add_line("rfcomm0");
  for (const SerialDevice& device : devices()) {
    std::string kinds;
    for (const sensors::SensorRow* row : kinds_of(device)) kinds += std::string(row->name) + " ";
    EXPECT_EQ(kinds.find("ascii ") != std::string::npos, device.usb_id == "2341:0043") << kinds;
    EXPECT_EQ(kinds.find("bitalino"), std::string::npos);
  }
}

TEST_F(Devices, WithASerialNumberThatIsNoTextAreNamedByTheirPlace) {
  DeviceTree::Usb odd = dongle;
  odd.serial = "what?";
  tree_.plug("ttyUSB0", "1", odd);
  tree_.name("ttyUSB0", "by-path/usb-0:1:1.0-port0");
  EXPECT_EQ(lasting_address(devices()[0], devices()), node("serial/by-path/usb-0:1:1.0-port0"));
}

TEST_F(Devices, AreOpenedByTheirUsbIdAlsoWhenTheyReturnUnderAnotherName) {
  int master = -1, slave = -1;
  ASSERT_EQ(openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  boost::asio::io_context io;
  const sensors::SensorRow& row = *sensors::find_sensor("ascii");
  const auto opens = [&] {
    return open(io, parse_address("usb:0403:6015"), row, sensors::complete_setup(row, {}), why_, roots_) != nullptr;
  };
  EXPECT_FALSE(opens());
  EXPECT_EQ(why_, "usb:0403:6015: not plugged in (myoctl doctor lists what is)");
  tree_.plug("ttyUSB0", "1", dongle, ttyname(slave));
  EXPECT_TRUE(opens()) << why_;
  tree_.unplug("ttyUSB0");
  EXPECT_FALSE(opens());
  tree_.plug("ttyUSB5", "2", dongle, ttyname(slave));
  EXPECT_TRUE(opens()) << why_;
  close(master);
  close(slave);
}

}  // namespace
}  // namespace myod::port
