//! The story that the demo tells: a travel assistant's conversations over the last hour.
//!
//! Everything is drawn from one seed, so that two runs tell the same story at different times.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A model and how it behaves.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) provider: &'static str,
    pub(super) request: &'static str,
    pub(super) response: &'static str,
    /// Milliseconds to the first token, typically.
    first_token_ms: u64,
    /// Milliseconds for each output token.
    token_ms: f64,
    /// One call in so many fails.
    fails_one_in: u32,
}

const MODELS: [Model; 4] = [
    Model {
        provider: "openai",
        request: "gpt-4o",
        response: "gpt-4o-2024-11-20",
        first_token_ms: 420,
        token_ms: 11.0,
        fails_one_in: 60,
    },
    Model {
        provider: "openai",
        request: "gpt-4o-mini",
        response: "gpt-4o-mini-2024-07-18",
        first_token_ms: 280,
        token_ms: 7.0,
        fails_one_in: 90,
    },
    Model {
        provider: "anthropic",
        request: "claude-sonnet-4-5",
        response: "claude-sonnet-4-5-20250929",
        first_token_ms: 610,
        token_ms: 13.0,
        fails_one_in: 45,
    },
    Model {
        provider: "gcp.gemini",
        request: "gemini-2.5-flash",
        response: "gemini-2.5-flash",
        first_token_ms: 350,
        token_ms: 4.5,
        fails_one_in: 70,
    },
];

const PLACES: [&str; 8] =
    ["Lisbon", "Kyoto", "Oslo", "Marrakesh", "Quito", "Tallinn", "Hanoi", "Valparaíso"];

/// A conversation: some turns, each one trace.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) turns: Vec<Turn>,
}

/// One question and what the agent did about it.
#[derive(Debug)]
pub(super) struct Turn {
    /// How long before now it began.
    pub(super) age: Duration,
    pub(super) place: &'static str,
    pub(super) steps: Vec<Step>,
}

/// Something that the agent did.
#[derive(Debug)]
pub(super) enum Step {
    /// Looked up documents: an embedding and a search.
    Retrieve { took: Duration, tokens: i64 },
    /// Asked a model.
    Chat(Chat),
    /// Called a tool.
    Tool { name: &'static str, took: Duration, failed: Outcome },
}

/// A call of a model.
#[derive(Debug)]
pub(super) struct Chat {
    pub(super) model: &'static Model,
    pub(super) input_tokens: i64,
    pub(super) cached_tokens: i64,
    pub(super) output_tokens: i64,
    /// Present when the answer was streamed.
    pub(super) first_token: Option<Duration>,
    pub(super) took: Duration,
    pub(super) outcome: Outcome,
    /// Whether it asks for a tool.
    pub(super) purpose: Purpose,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Good,
    Failed,
}

/// What a call of a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Plan,
    Answer,
}

/// The story of `conversations` conversations.
pub(super) fn story(conversations: usize, seed: u64) -> impl Iterator<Item = Conversation> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..conversations).map(move |number| conversation(number, &mut random))
}

fn conversation(number: usize, random: &mut StdRng) -> Conversation {
    let model = &MODELS[weighted(random, [4, 6, 3, 2])];
    let turns = random.random_range(1..=4);
    let mut age = Duration::from_secs(random.random_range(300..3300));
    let turns = (0..turns).map(|turn| {
        age = age.saturating_sub(Duration::from_secs(random.random_range(15..60)));
        self::turn(turn, age, model, random)
    });
    let turns = turns.collect();
    Conversation {
        id: format!("conv-{number:05}"),
        user: format!("user-{:03}", random.random_range(0..120)),
        turns,
    }
}

fn turn(number: u32, age: Duration, model: &'static Model, random: &mut StdRng) -> Turn {
    let place = PLACES[random.random_range(0..PLACES.len())];
    let mut steps = Vec::new();
    if random.random_ratio(1, 2) {
        let took = Duration::from_millis(random.random_range(20..90));
        steps.push(Step::Retrieve { took, tokens: random.random_range(12..60) });
    }
    if random.random_ratio(2, 3) {
        steps.push(Step::Chat(chat(number, model, Purpose::Plan, random)));
        for name in ["get_weather", "search_flights"].iter().take(random.random_range(1..=2)) {
            let took = Duration::from_millis(random.random_range(40..900));
            let failed = outcome(random, 40);
            steps.push(Step::Tool { name, took, failed });
        }
    }
    steps.push(Step::Chat(chat(number, model, Purpose::Answer, random)));
    Turn { age, place, steps }
}

fn chat(turn: u32, model: &'static Model, purpose: Purpose, random: &mut StdRng) -> Chat {
    let input_tokens = 600 + i64::from(turn) * 450 + random.random_range(0..400);
    // From the second turn on the provider has the beginning in its cache.
    let cached_tokens = if turn > 0 { input_tokens / 128 * 96 } else { 0 };
    let output_tokens = match purpose {
        Purpose::Plan => random.random_range(20..60),
        Purpose::Answer => random.random_range(80..420),
    };
    let jitter = random.random_range(0.7..1.9);
    let first = Duration::from_millis(model.first_token_ms).mul_f64(jitter);
    let per_token = Duration::from_secs_f64(model.token_ms / 1000.0);
    let tokens = u32::try_from(output_tokens).unwrap_or_default();
    let outcome = outcome(random, model.fails_one_in);
    Chat {
        model,
        input_tokens,
        cached_tokens,
        output_tokens,
        first_token: (purpose == Purpose::Answer).then_some(first),
        took: first + per_token * tokens,
        outcome,
        purpose,
    }
}

fn outcome(random: &mut StdRng, fails_one_in: u32) -> Outcome {
    if random.random_ratio(1, fails_one_in) { Outcome::Failed } else { Outcome::Good }
}

/// An index, drawn by weight.
fn weighted<const N: usize>(random: &mut StdRng, weights: [u32; N]) -> usize {
    let mut left = random.random_range(0..weights.iter().sum());
    weights
        .iter()
        .position(|weight| {
            let hit = left < *weight;
            left = left.saturating_sub(*weight);
            hit
        })
        .unwrap_or_default()
}
