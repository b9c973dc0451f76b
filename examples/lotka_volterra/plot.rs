//! The picture: both populations over time, and against each other.

use std::error::Error;
use std::fs;
use std::path::Path;

use entropic::prelude::*;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::LotkaVolterra;
use super::physics::{Populations, Rates};

/// Colours that colour-blind readers tell apart (Okabe and Ito).
const HARES: RGBColor = RGBColor(230, 159, 0);
const LYNXES: RGBColor = RGBColor(0, 114, 178);
const EULER: RGBColor = RGBColor(213, 94, 0);
const RK4: RGBColor = RGBColor(0, 114, 178);
const FONT: &str = "sans-serif";

type Panel<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Draws a run by each method, from their results.
pub fn draw(
    path: &Path,
    euler: &Record<LotkaVolterra>,
    rk4: &Record<LotkaVolterra>,
) -> Result<(), Box<dyn Error>> {
    let (outward, closed) = (trajectory(&euler.result_file)?, trajectory(&rk4.result_file)?);
    let root = SVGBackend::new(path, (1080, 460)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(560);

    let years = 50.0;
    let mut panel = panel(
        &left,
        &format!("Runge-Kutta, dt = {} years", rk4.dt),
        ("time (years)", years),
        ("animals (thousands)", 1.25 * rk4.output.prey_max.unwrap_or(100.0)),
    )?;
    for (which, name, colour) in [(0, "hares", HARES), (1, "lynxes", LYNXES)] {
        let points = closed.iter().filter(|(time, _)| *time <= years).map(|(time, both)| (*time, both[which]));
        line(&mut panel, points, name, colour)?;
    }
    legend(&mut panel)?;

    let most = |output: Option<f64>| 1.1 * output.unwrap_or(100.0);
    let mut panel = self::panel(
        &right,
        &format!("{} years, dt = {} years", rk4.t_end, rk4.dt),
        ("hares (thousands)", most(euler.output.prey_max)),
        ("lynxes (thousands)", most(euler.output.predators_max)),
    )?;
    for (run, name, colour) in [(&outward, "Euler", EULER), (&closed, "Runge-Kutta", RK4)] {
        line(&mut panel, run.iter().map(|(_, [hares, lynxes])| (*hares, *lynxes)), name, colour)?;
    }
    let rates = Rates { alpha: rk4.alpha, beta: rk4.beta, gamma: rk4.gamma, delta: rk4.delta };
    let [x, y] = rates.equilibrium();
    panel
        .draw_series([Circle::new((x, y), 3, BLACK.filled())])?
        .label("equilibrium")
        .legend(|(x, y)| Circle::new((x + 10, y), 3, BLACK.filled()));
    legend(&mut panel)?;
    root.present()?;
    Ok(())
}

/// The moments of a result: years, and both populations.
fn trajectory(csv: &Path) -> Result<Vec<(f64, Populations)>, Box<dyn Error>> {
    let mut moments = Vec::new();
    for line in fs::read_to_string(csv)?.lines().skip(1) {
        match line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?[..] {
            [years, hares, lynxes] => moments.push((years, [hares, lynxes])),
            _ => return Err(format!("`{line}` of {} is not three numbers", csv.display()).into()),
        }
    }
    Ok(moments)
}

fn panel<'a>(
    area: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    title: &str,
    (x_name, x_end): (&str, f64),
    (y_name, y_end): (&str, f64),
) -> Result<Panel<'a>, Box<dyn Error>> {
    let mut panel = ChartBuilder::on(area)
        .caption(title, (FONT, 17))
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..x_end, 0.0..y_end)?;
    panel
        .configure_mesh()
        .x_desc(x_name)
        .y_desc(y_name)
        .axis_desc_style((FONT, 15))
        .label_style((FONT, 13))
        .x_labels(6)
        .y_labels(6)
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .draw()?;
    Ok(panel)
}

fn line(
    panel: &mut Panel<'_>,
    points: impl Iterator<Item = (f64, f64)>,
    name: &str,
    colour: RGBColor,
) -> Result<(), Box<dyn Error>> {
    panel
        .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
        .label(name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    Ok(())
}

fn legend(panel: &mut Panel<'_>) -> Result<(), Box<dyn Error>> {
    panel
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .label_font((FONT, 14))
        .draw()?;
    Ok(())
}
