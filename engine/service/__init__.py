"""The engine as a service: jobs in as JSON lines, takes out, models kept between jobs."""
