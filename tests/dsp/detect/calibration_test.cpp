// Trials end accepted with the right level, or rejected with a reason that says what to do.
#include "dsp/detect/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace myod::dsp {
namespace {

constexpr double rate = 1000.0, unknown = std::numeric_limits<double>::quiet_NaN();

/// Alternating sign: its RMS is the amplitude in every window.
class Bench {
 public:
  Bench(Trial::What what, double seconds, double rest_uv = unknown) : trial(rate) {
    trial.begin(what, seconds, rest_uv);
  }
  void play(double uv, int ms, bool valid = true, bool railed = false) {
    for (int i = 0; i < ms; ++i)
      if (const auto r = trial.push(i % 2 == 0 ? uv : -uv, valid, railed)) result = *r;
  }
  std::string text() const { return result ? std::string(result->text.view()) : "no result"; }
  Trial trial;
  std::optional<TrialResult> result;
};

TEST(Trial, MeasuresRestOverItsWholeLengthAndEndsWithItsLastSample) {
  Bench b(Trial::What::rest, 2.0);
  b.play(3.0, 1000);
  b.play(4.0, 999);
  EXPECT_TRUE(b.trial.running());
  EXPECT_FALSE(b.result);
  b.play(4.0, 1);
  EXPECT_FALSE(b.trial.running());
  ASSERT_TRUE(b.result && b.result->accepted) << b.text();
  EXPECT_NEAR(b.result->level_uv, std::sqrt(12.5), 1e-12);
  EXPECT_EQ(b.text(), "rest 3.5 uV");
  b.play(9.0, 5000);
  EXPECT_EQ(b.text(), "rest 3.5 uV") << "a trial ends once";
}

TEST(Trial, RejectsARestThatHoldsAContraction) {
  for (const int at : {0, 700, 1240, 2740}) {
    Bench b(Trial::What::rest, 3.0);
    b.play(3.0, at);
    b.play(7.0, 260);
    b.play(3.0, 2740 - at);
    EXPECT_EQ(b.text(),
              "a contraction lies in it: the loudest half second is 3.5 times the quietest. Relax, then repeat")
        << at;
  }
}

TEST(Trial, DoesNotTakeHeartBeatsOrARepeatedCodeForAContraction) {
  for (const double rest_uv : {3.0, 1e-9}) {  // 80 ms of 60 uV every 800 ms, or now and then a step of the converter
    Bench b(Trial::What::rest, 8.0);
    for (int beat = 0; beat < 10; ++beat) {
      b.play(rest_uv, 720);
      b.play(60.0, 80);
    }
    EXPECT_TRUE(b.result && b.result->accepted) << b.text();
  }
}

TEST(Trial, TakesTheLargestHalfSecondAsReference) {
  Bench b(Trial::What::reference, 4.0, 5.0);
  b.play(5.0, 1000);
  b.play(100.0, 400);  // never a whole window of it alone
  b.play(60.0, 1600);
  b.play(5.0, 1000);
  ASSERT_TRUE(b.result && b.result->accepted) << b.text();
  EXPECT_NEAR(b.result->level_uv, std::sqrt((400.0 * 1e4 + 100.0 * 3600.0) / 500.0), 1e-9);
  EXPECT_EQ(b.text(), "reference 93.4 uV, 18.7 times rest");
}

TEST(Trial, AcceptsAReferenceWithoutAKnownRest) {
  Bench b(Trial::What::reference, 1.0);
  b.play(1.0, 1000);
  EXPECT_TRUE(b.result && b.result->accepted) << b.text();
}

TEST(Trial, RejectsWhatTouchedTheLimitOfTheConverter) {
  Bench b(Trial::What::reference, 1.0, 5.0);
  b.play(100.0, 500);
  b.play(100.0, 1, false, true);
  b.play(100.0, 499);
  ASSERT_TRUE(b.result);
  EXPECT_FALSE(b.result->accepted);
  EXPECT_TRUE(std::isnan(b.result->level_uv));
  EXPECT_NE(b.text().find("lower the gain"), std::string::npos) << b.text();
}

TEST(Trial, RejectsWhatWasGoodForLessThanFourFifths) {
  for (const int lost : {190, 210}) {
    Bench b(Trial::What::rest, 1.0);
    b.play(3.0, 700);
    b.trial.gap(static_cast<std::uint64_t>(lost) - 10);
    b.play(3.0, 10, false);
    b.play(3.0, 1000 - 700 - lost);
    ASSERT_TRUE(b.result) << lost;
    EXPECT_EQ(b.result->accepted, lost <= 200) << b.text();
  }
  Bench b(Trial::What::rest, 1.0);
  b.play(3.0, 500);
  b.play(3.0, 500, false);
  EXPECT_EQ(b.text(), "only 50 % of the signal was good (80 % needed): check electrode and link, then repeat");
}

TEST(Trial, EndsAtTheNextSampleWhenItsEndIsLost) {
  Bench b(Trial::What::rest, 1.0);
  b.play(3.0, 900);
  b.trial.gap(100000);
  EXPECT_TRUE(b.trial.running());
  b.play(3.0, 1);
  EXPECT_FALSE(b.trial.running());
  ASSERT_TRUE(b.result);
  EXPECT_FALSE(b.result->accepted);
}

TEST(Trial, RejectsWhatIsTooShortToMeasure) {
  Bench b(Trial::What::rest, 0.4);
  b.play(3.0, 400);
  ASSERT_TRUE(b.result);
  EXPECT_FALSE(b.result->accepted);
  EXPECT_NE(b.text().find("too short"), std::string::npos) << b.text();
  Bench c(Trial::What::rest, 0.6);
  c.play(3.0, 490);
  c.play(3.0, 110, false);
  EXPECT_NE(c.text().find("too short"), std::string::npos) << c.text();
}

TEST(Trial, EndsAnEmptyTrialWithAReasonInsteadOfNever) {
  Bench b(Trial::What::rest, 0.0);
  b.play(3.0, 1);
  ASSERT_TRUE(b.result);
  EXPECT_FALSE(b.result->accepted);
}

TEST(Trial, RejectsAReferenceThatIsNotTwiceTheRestLevel) {
  Bench weak(Trial::What::reference, 1.0, 10.0), enough(Trial::What::reference, 1.0, 10.0);
  weak.play(19.9, 1000);
  enough.play(20.0, 1000);
  ASSERT_TRUE(weak.result && enough.result);
  EXPECT_FALSE(weak.result->accepted);
  EXPECT_NE(weak.text().find("contract harder"), std::string::npos) << weak.text();
  EXPECT_TRUE(enough.result->accepted);
}

TEST(Trial, RejectsAFlatSignal) {
  Bench b(Trial::What::rest, 1.0);
  b.play(0.0, 1000);
  ASSERT_TRUE(b.result);
  EXPECT_FALSE(b.result->accepted);
  EXPECT_NE(b.text().find("electrode lead"), std::string::npos) << b.text();
}

TEST(Trial, StartsAfreshWhenBegunAgain) {
  Bench b(Trial::What::reference, 1.0, 5.0);
  b.play(1000.0, 700, true, true);
  b.trial.begin(Trial::What::reference, 1.0, 5.0);
  b.play(100.0, 1000);
  ASSERT_TRUE(b.result && b.result->accepted) << b.text();
  EXPECT_NEAR(b.result->level_uv, 100.0, 1e-9);
}

TEST(PercentOfReference, TakesRestOutOfBothAndScalesByTheEffortAskedFor) {
  EXPECT_DOUBLE_EQ(percent_of_reference(100.0, 0.0, 200.0, 100.0), 50.0);
  EXPECT_DOUBLE_EQ(percent_of_reference(100.0, 0.0, 100.0, 50.0), 50.0);
  EXPECT_NEAR(percent_of_reference(5.0, 3.0, std::sqrt(9.0 + 64.0), 100.0), 50.0, 1e-12);
  EXPECT_EQ(percent_of_reference(2.0, 3.0, 30.0, 100.0), 0.0) << "a relaxed muscle reads 0, not 7 %";
}

TEST(PercentOfReference, IsNoNumberWithoutAReferenceWellAboveRest) {
  EXPECT_TRUE(std::isnan(percent_of_reference(5.0, 3.0, unknown, 100.0)));
  EXPECT_TRUE(std::isnan(percent_of_reference(5.0, unknown, 30.0, 100.0)));
  EXPECT_TRUE(std::isnan(percent_of_reference(unknown, 3.0, 30.0, 100.0)));
  EXPECT_TRUE(std::isnan(percent_of_reference(5.0, 3.0, 5.9, 100.0)));
  EXPECT_FALSE(std::isnan(percent_of_reference(5.0, 3.0, 6.0, 100.0)));
}

}  // namespace
}  // namespace myod::dsp
