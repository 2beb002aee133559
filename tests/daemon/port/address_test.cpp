// Every form of PORT, and what is said of the wrong ones.
#include <gtest/gtest.h>

#include <string>

#include "daemon/port/port.hpp"

namespace myod::port {
namespace {

using Kind = Address::Kind;

TEST(Address, TakesEveryForm) {
  EXPECT_EQ(parse_address("/dev/ttyUSB0").path, "/dev/ttyUSB0");
  const Address serial = parse_address("serial:/dev/ttyUSB0?baud=222222");
  EXPECT_EQ(serial.kind, Kind::serial);
  EXPECT_EQ(serial.path, "/dev/ttyUSB0");
  EXPECT_EQ(serial.baud, 222222U);
  EXPECT_TRUE(serial.dtr);
  EXPECT_FALSE(parse_address("/dev/ttyUSB0?baud=9600&dtr=off").dtr);
  EXPECT_TRUE(parse_address("/dev/ttyUSB0?dtr=on").dtr);
  EXPECT_EQ(parse_address("pty:/tmp/x").kind, Kind::serial);
  const Address usb = parse_address("usb:1a86:7523?baud=9600");
  EXPECT_EQ(usb.kind, Kind::serial);
  EXPECT_EQ(usb.usb_id, "1A86:7523");
  EXPECT_EQ(usb.usb_serial, "");
  EXPECT_EQ(usb.path, "");
  EXPECT_EQ(usb.baud, 9600U);
  EXPECT_EQ(parse_address("usb:0403:6015:DQ:0084 l5").usb_serial, "DQ:0084 l5");
  const Address tcp = parse_address("tcp:sensor.local:8001");
  EXPECT_EQ(tcp.kind, Kind::tcp);
  EXPECT_EQ(tcp.path, "sensor.local");
  EXPECT_EQ(tcp.service, "8001");
  EXPECT_EQ(parse_address("tcp:[::1]:8001").path, "::1");
  EXPECT_EQ(parse_address("udp:0.0.0.0:9000").kind, Kind::udp);
  const Address file = parse_address("file:a b?.bin?rate=1000&speed=0");
  EXPECT_EQ(file.path, "a b?.bin");
  EXPECT_EQ(file.rate_hz, 1000.0);
  EXPECT_EQ(file.speed, 0.0);
  EXPECT_EQ(parse_address("file:x").speed, 1.0);
  EXPECT_EQ(parse_address("sim:").kind, Kind::sim);
  EXPECT_EQ(parse_address("sim:").text, "the embedded simulator");
}

TEST(Address, RefusesTheRestWithAnExample) {
  for (const char* wrong : {"",
                            "ttyUSB0",
                            "com:3",
                            "serial:",
                            "pty:",
                            "/dev/x?baud=fast",
                            "/dev/x?baud=0",
                            "/dev/x?rate=5",
                            "/dev/x?baud",
                            "/dev/x?",
                            "/dev/x?dtr=maybe",
                            "file:x?dtr=off",
                            "usb:",
                            "usb:0403",
                            "usb:0403:601",
                            "usb:0403-6015",
                            "usb:0403:60151",
                            "usb:0403:6015:",
                            "usb:04g3:6015",
                            "usb:0403:6015?rate=5",
                            "tcp:host",
                            "tcp::80",
                            "tcp:host:0",
                            "tcp:host:99999",
                            "tcp:::1:80",
                            "udp:9000",
                            "udp:127.0.0.1:99999",
                            "udp:localhost:9000",
                            "file:",
                            "file:x?speed=-1",
                            "file:x?rate=nan",
                            "file:x?baud=9600",
                            "sim:fast"}) {
    try {
      parse_address(wrong);
      ADD_FAILURE() << "took \"" << wrong << '"';
    } catch (const std::invalid_argument& refused) {
      const std::string text = refused.what();
      EXPECT_NE(text.find('"' + std::string(wrong) + '"'), std::string::npos) << text;
      EXPECT_NE(text.find("for example "), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace myod::port
