//! `convert_angle` and its kin, for the units whose size is exact by definition. The others are refused by name.

use super::is_number;
use crate::functions::args::{kernel, numbers, reals, refuse};
use crate::functions::{Call, Resolved};
use arrow::datatypes::Float64Type;
use std::f64::consts::PI;

/// A unit's name, its size in the quantity's base unit, and the base unit's value at its zero.
type Unit = (&'static str, f64, f64);

/// Metric prefixes of the documentation's names.
const PREFIXES: [(&str, f64); 11] = [
    ("Tera", 1e12),
    ("Giga", 1e9),
    ("Mega", 1e6),
    ("Kilo", 1e3),
    ("Hecto", 1e2),
    ("Deca", 1e1),
    ("Deci", 1e-1),
    ("Centi", 1e-2),
    ("Milli", 1e-3),
    ("Micro", 1e-6),
    ("Nano", 1e-9),
];

const ANGLE: &[Unit] = &[
    ("Degree", 1.0, 0.0),
    ("Radian", 180.0 / PI, 0.0),
    ("Gradian", 0.9, 0.0),
    ("Arcminute", 1.0 / 60.0, 0.0),
    ("Arcsecond", 1.0 / 3600.0, 0.0),
    ("Revolution", 360.0, 0.0),
];
const ENERGY: &[Unit] = &[
    ("Joule", 1.0, 0.0),
    ("Calorie", 4.184, 0.0),
    ("WattHour", 3_600.0, 0.0),
    ("WattDay", 86_400.0, 0.0),
    ("Erg", 1e-7, 0.0),
    ("BritishThermalUnit", 1_055.055_852_62, 0.0),
];
const FORCE: &[Unit] = &[
    ("Newton", 1.0, 0.0),
    ("Dyn", 1e-5, 0.0),
    ("KilogramForce", 9.806_65, 0.0),
    ("KiloPond", 9.806_65, 0.0),
    ("TonneForce", 9_806.65, 0.0),
];
const LENGTH: &[Unit] = &[
    ("Meter", 1.0, 0.0),
    ("Inch", 0.0254, 0.0),
    ("Foot", 0.3048, 0.0),
    ("Yard", 0.9144, 0.0),
    ("Fathom", 1.8288, 0.0),
    ("Chain", 20.1168, 0.0),
    ("Hand", 0.1016, 0.0),
    ("NauticalMile", 1_852.0, 0.0),
    ("Angstrom", 1e-10, 0.0),
];
const MASS: &[Unit] = &[
    ("Gram", 1.0, 0.0),
    ("Tonne", 1e6, 0.0),
    ("Pound", 453.592_37, 0.0),
    ("Ounce", 28.349_523_125, 0.0),
    ("Grain", 0.064_798_91, 0.0),
    ("Stone", 6_350.293_18, 0.0),
    ("ShortTon", 907_184.74, 0.0),
    ("LongTon", 1_016_046.908_8, 0.0),
    ("ShortHundredweight", 45_359.237, 0.0),
    ("LongHundredweight", 50_802.345_44, 0.0),
];
const SPEED: &[Unit] = &[
    ("MeterPerSecond", 1.0, 0.0),
    ("MeterPerMinute", 1.0 / 60.0, 0.0),
    ("MeterPerHour", 1.0 / 3600.0, 0.0),
    ("FootPerSecond", 0.3048, 0.0),
    ("FootPerMinute", 0.3048 / 60.0, 0.0),
    ("FootPerHour", 0.3048 / 3600.0, 0.0),
    ("InchPerSecond", 0.0254, 0.0),
    ("InchPerMinute", 0.0254 / 60.0, 0.0),
    ("InchPerHour", 0.0254 / 3600.0, 0.0),
    ("YardPerSecond", 0.9144, 0.0),
    ("YardPerMinute", 0.9144 / 60.0, 0.0),
    ("YardPerHour", 0.9144 / 3600.0, 0.0),
    ("MilePerHour", 0.447_04, 0.0),
];
const TEMPERATURE: &[Unit] = &[
    ("Kelvin", 1.0, 0.0),
    ("DegreeCelsius", 1.0, 273.15),
    ("DegreeFahrenheit", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
    ("DegreeRankine", 5.0 / 9.0, 0.0),
];
const VOLUME: &[Unit] = &[
    ("CubicMeter", 1.0, 0.0),
    ("Liter", 1e-3, 0.0),
    ("CubicCentimeter", 1e-6, 0.0),
    ("CubicDecimeter", 1e-3, 0.0),
    ("CubicMillimeter", 1e-9, 0.0),
    ("CubicKilometer", 1e9, 0.0),
];

pub(super) fn resolve(call: &Call) -> Resolved {
    let units = match call.name {
        "convert_angle" => ANGLE,
        "convert_energy" => ENERGY,
        "convert_force" => FORCE,
        "convert_length" => LENGTH,
        "convert_mass" => MASS,
        "convert_speed" => SPEED,
        "convert_temperature" => TEMPERATURE,
        "convert_volume" => VOLUME,
        _ => return None,
    };
    if call.args.len() != 3 || !is_number(call.args[0].kql_type) {
        return None;
    }
    let (from, to) = (call.text(1)?, call.text(2)?);
    let (Some(from), Some(to)) = (find(units, from), find(units, to)) else {
        return refuse(call, format!("converting from `{from}` to `{to}` is not built"));
    };
    kernel(call, move |args, rows| {
        let value = reals(&args[0])?;
        Ok(numbers::<Float64Type>(rows, |row| Some((value.get(row)? * from.0 + from.1 - to.1) / to.0)))
    })
}

/// A unit's size and zero; a prefix in front of the name counts.
fn find(units: &[Unit], name: &str) -> Option<(f64, f64)> {
    let exact = units.iter().find(|(unit, ..)| *unit == name).map(|(_, size, zero)| (*size, *zero));
    exact.or_else(|| {
        PREFIXES.iter().find_map(|(prefix, factor)| {
            let rest = name.strip_prefix(prefix)?;
            let (_, size, zero) =
                units.iter().find(|(unit, ..)| unit.eq_ignore_ascii_case(rest) && rest.starts_with(|c: char| c.is_ascii_lowercase()))?;
            (*zero == 0.0).then_some((size * factor, 0.0))
        })
    })
}
