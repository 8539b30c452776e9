//! Records without the bits of their NaNs.

use super::model::{Attributes, Content, Data, Number, Record, What};

/// NaN is one text in JSON: its bits are lost.
pub(super) fn one_nan(mut records: Vec<Record>) -> Vec<Record> {
    for record in &mut records {
        attributes(&mut record.resource.attributes);
        attributes(&mut record.scope.attributes);
        match &mut record.what {
            What::Span(span) => {
                attributes(&mut span.attributes);
                for event in &mut span.events {
                    attributes(&mut event.attributes);
                }
                for link in &mut span.links {
                    attributes(&mut link.attributes);
                }
            }
            What::Log(log) => {
                log.body.iter_mut().for_each(content);
                attributes(&mut log.attributes);
            }
            What::Point(point) => {
                attributes(&mut point.attributes);
                attributes(&mut point.metric.metadata);
                data(&mut point.data);
                for exemplar in &mut point.exemplars {
                    number(&mut exemplar.value);
                    attributes(&mut exemplar.attributes);
                }
            }
        }
    }
    records
}

fn bits(bits: &mut u64) {
    if f64::from_bits(*bits).is_nan() {
        *bits = f64::NAN.to_bits();
    }
}

fn content(value: &mut Content) {
    match value {
        Content::Double(number) => bits(number),
        Content::List(items) => items.iter_mut().for_each(content),
        Content::Map(items) => attributes(items),
        _ => {}
    }
}

fn attributes(items: &mut Attributes) {
    for (_, value) in items {
        content(value);
    }
}

fn number(value: &mut Option<Number>) {
    if let Some(Number::Double(number)) = value {
        bits(number);
    }
}

fn data(data: &mut Data) {
    match data {
        Data::Number(value) => number(value),
        Data::Histogram { counted, bounds, .. } => {
            counted.summed.iter_mut().flatten().for_each(bits);
            bounds.iter_mut().for_each(bits);
        }
        Data::Exponential { counted, zero, .. } => {
            counted.summed.iter_mut().flatten().for_each(bits);
            bits(&mut zero.1);
        }
        Data::Summary { sum, quantiles, .. } => {
            bits(sum);
            for (quantile, value) in quantiles {
                bits(quantile);
                bits(value);
            }
        }
    }
}
